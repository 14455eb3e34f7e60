"""Examinations: what is really looked at when a cause is asked for.

In: an examinee. Out: one frozen result of `doorward.diagnose.examined`, which may also say that it could not be
examined, and why. Each one bounds its own time; none changes anything, and none judges.
"""
