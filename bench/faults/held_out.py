"""The held-out set: faults that were written without knowing how causes are told apart, and after that was settled.

None of them stands in the catalogue in the same form, and no weight may be tuned on any of them. Each is labelled by
what was really done to the system, and each says how it is undone: `python -m bench.diagnose --set held-out
--inject-only` shows that people fail under it, and that they sign in again when it is undone.
"""

from __future__ import annotations

from bench.faults import held_out_deploys, held_out_settings, held_out_stores, held_out_ways
from bench.faults.fault import Fault

_PARTS = (held_out_settings, held_out_stores, held_out_ways, held_out_deploys)
FAULTS: tuple[Fault, ...] = tuple(fault for part in _PARTS for fault in part.FAULTS)
