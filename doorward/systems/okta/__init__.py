"""Okta system log: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.okta.log import LOG

SYSTEM = System(kind="okta", title="Okta system log", log=LOG)
