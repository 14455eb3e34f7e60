"""OpenID Connect itself: a provider's discovery document, or a client's registration, as JSON."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.oidc.reader import read, sniff

SYSTEM = System(kind="oidc", title="OpenID Connect provider or client", read=read, sniff=sniff)
