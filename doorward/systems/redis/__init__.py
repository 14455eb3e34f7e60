"""Redis as a store of sessions: its redis.conf."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.redis.reader import read, sniff

SYSTEM = System(kind="redis", title="Redis", read=read, sniff=sniff)
