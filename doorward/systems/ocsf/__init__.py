"""OCSF Authentication events: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.ocsf.log import LOG

SYSTEM = System(kind="ocsf", title="OCSF Authentication events", log=LOG)
