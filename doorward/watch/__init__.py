"""Watch: do people sign in as usual?

In: lines of the guarded system's logs, results of probes, the time. Out: Detections, each with its segment, onset,
evidence and the false-alarm budget behind its threshold; buckets for charts; usual rates; statistics of a stretch.

What it refuses to do: it never says why (that is `diagnose`), never pages, never reads a configuration, and never
learns what is usual while it suspects that something is not.
"""

from doorward.watch.contract import detection_json
from doorward.watch.cursor import Cursor
from doorward.watch.figures import statistics
from doorward.watch.follow import Batch, Follower, Parse
from doorward.watch.partial_buckets import buckets
from doorward.watch.partial_counts import Counting, Partial
from doorward.watch.past import Unparsed, component_of, merged, replay, replayed
from doorward.watch.settings import WatchSettings, of_table
from doorward.watch.watcher import Watcher, detectors

__all__ = [
    "Batch",
    "Counting",
    "Cursor",
    "Follower",
    "Parse",
    "Partial",
    "Unparsed",
    "WatchSettings",
    "Watcher",
    "buckets",
    "component_of",
    "detection_json",
    "detectors",
    "merged",
    "of_table",
    "replay",
    "replayed",
    "statistics",
]
