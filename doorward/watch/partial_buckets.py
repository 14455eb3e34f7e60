"""The Buckets of a partial aggregate: what the store keeps and charts show; clients are summed up in them.

In: a Partial. Out: Buckets, oldest first; a window without events is not among them.
"""

from __future__ import annotations

from doorward.log_line.tally import verdict
from doorward.model.sign_in import Bucket
from doorward.watch.partial_counts import Partial
from doorward.watch.partial_people import People
from doorward.watch.partial_windows import Window
from doorward.watch.segment import moment


def buckets(partial: Partial) -> tuple[Bucket, ...]:
    """All windows. `people` is exact for some hundreds, within 2 % or so beyond."""
    return tuple(_bucket(partial, number, window) for number, window in partial.windows())


def _bucket(partial: Partial, number: int, window: Window) -> Bucket:
    width_s = partial.counting.width_s
    made = Bucket(partial.component, moment(number * width_s), width_s)
    seen: dict[str, People] = {}
    for (words, client), count in window.counts.items():
        key = verdict(words)
        made.counts[key] = made.counts.get(key, 0) + count
        seen.setdefault(words, People()).join(window.people[words, client])
    made.people.update({verdict(words): people.number() for words, people in seen.items()})
    return made
