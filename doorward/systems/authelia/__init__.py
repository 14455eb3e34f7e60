"""Authelia: sign-in in front of other services, and an OpenID provider."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.authelia.log import LOG
from doorward.systems.authelia.reader import read, sniff

SYSTEM = System(kind="authelia", title="Authelia", read=read, log=LOG, sniff=sniff)
