"""A log by your own mapping: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.mapping.log import LOG

SYSTEM = System(kind="mapping", title="A log by your own mapping", log=LOG)
