"""Rehearsal: a candidate configuration run in a scratch copy and signed in to, eight ways, beside the one it replaces.

In: an old and a new Target of one project. Out: a Rehearsal, probe by probe. Refuses to touch the project's folder, its
databases and its caches, and to speak to any host.
"""

from __future__ import annotations

from doorward.check.rehearsal.double import own
from doorward.check.rehearsal.outcome import Compared, Outcome, Reason, Rehearsal, Verdict
from doorward.check.rehearsal.plan import Plan
from doorward.check.rehearsal.probes import Pages
from doorward.check.rehearsal.rehearse import rehearse

__all__ = ["Compared", "Outcome", "Pages", "Plan", "Reason", "Rehearsal", "Verdict", "own", "rehearse"]
