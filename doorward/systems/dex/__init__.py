"""Dex: an OpenID provider in front of other providers and directories."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.dex.reader import read, sniff

SYSTEM = System(kind="dex", title="Dex", read=read, sniff=sniff)
