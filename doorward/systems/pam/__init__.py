"""PAM of any program: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.pam.log import LOG

SYSTEM = System(kind="pam", title="PAM of any program", log=LOG)
