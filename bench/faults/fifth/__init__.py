"""The fifth held-out set: faults that nobody has mended the diagnosis by, drawn and not chosen.

It was written without a look at the diagnosis, at its tests or at what it concluded of any earlier fault. Nobody's
taste makes it hard or easy: 22 faults are rows of a catalogue of misconfigurations and 18 are public outages, both
taken in the order of a draw with a fixed seed; what was skipped stands with its reason in `drawn.txt`. The others fill
up each class to three, in ways that no earlier set has, plainly. It is to be played once, before anything is mended.
Each fault is labelled by what was really done. `python -m bench.diagnose --set held-out-5 --inject-only` shows that
people fail under each, and that they sign in again when it is undone.
"""

from __future__ import annotations

from bench.faults.fault import Fault
from bench.faults.fifth import decoys, deploys, hosts, others, proxies, quiet, releases, settings, stores, ways

_PARTS = (settings, proxies, hosts, stores, ways, others, deploys, releases, decoys, quiet)
FAULTS: tuple[Fault, ...] = tuple(fault for part in _PARTS for fault in part.FAULTS)
