"""Auth0 tenant log: its log."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.auth0.log import LOG

SYSTEM = System(kind="auth0", title="Auth0 tenant log", log=LOG)
