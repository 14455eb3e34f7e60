"""authentik: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.authentik.log import LOG

SYSTEM = System(kind="authentik", title="authentik", log=LOG)
