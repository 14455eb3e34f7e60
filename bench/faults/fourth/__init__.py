"""The fourth held-out set: faults that nobody has mended the diagnosis by.

It was written without a look at the diagnosis, at its tests or at what it concluded of any earlier fault, after outages
that really happened. It is to be played once, before anything is mended by it; whatever is mended by it afterwards, its
figures are no longer those of a held-out set. Each fault is labelled by what was really done and says why it is of that
class and of no other; most hurt a part, by turns, little by little, or one of two nodes. `python -m bench.diagnose
--set held-out-4 --inject-only` shows that people fail under each, and that they sign in again when it is undone.
"""

from __future__ import annotations

from bench.faults.fault import Fault
from bench.faults.fourth import decoys, deploys, hosts, others, quiet, settings, stores, ways

_PARTS = (settings, hosts, stores, ways, others, deploys, decoys, quiet)
FAULTS: tuple[Fault, ...] = tuple(fault for part in _PARTS for fault in part.FAULTS)
