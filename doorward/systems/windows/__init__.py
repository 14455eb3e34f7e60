"""Windows security log: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.windows.log import LOG

SYSTEM = System(kind="windows", title="Windows security log", log=LOG)
