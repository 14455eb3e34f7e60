"""Watch: do people sign in as usual?

In: lines of the guarded system's logs, results of probes, the time. Out: Detections, each with its segment, onset,
evidence and the false-alarm budget behind its threshold; buckets for charts; usual rates; statistics of a stretch.

What it refuses to do: it never says why (that is `diagnose`), never pages, never reads a configuration, and never
learns what is usual while it suspects that something is not.
"""
