"""LemonLDAP::NG: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.lemonldap.log import LOG

SYSTEM = System(kind="lemonldap", title="LemonLDAP::NG", log=LOG)
