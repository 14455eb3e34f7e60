"""Microsoft Entra sign-in log: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.entra.log import LOG

SYSTEM = System(kind="entra", title="Microsoft Entra sign-in log", log=LOG)
