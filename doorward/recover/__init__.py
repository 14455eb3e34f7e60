"""Stop the harm: plan → dry run → approve → apply → verify by probes → else pause and ask.

In: the differential, the versions, and what the log says of sessions. Out: a Plan, and entries of what was done.
Refuses: to act without an approval of the very plan, to apply a pinned version, to clear a session that still works.
"""
