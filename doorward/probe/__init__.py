"""Stage 2, now: can anybody sign in?

In: a ProbePlan and the time. Out: a ProbeResult: each step with its status and time, and a named reason for the end.
The stage refuses to judge why (diagnose does), to send a secret to a host that the plan does not name, and to show one.
"""
