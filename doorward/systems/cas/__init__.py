"""Apereo CAS: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.cas.log import LOG

SYSTEM = System(kind="cas", title="Apereo CAS", log=LOG)
