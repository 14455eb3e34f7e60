"""Keycloak: its realms as teams keep them in files, and the configuration of its server."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.keycloak.log import LOG
from doorward.systems.keycloak.reader import read, sniff

SYSTEM = System(kind="keycloak", title="Keycloak", read=read, log=LOG, sniff=sniff)
