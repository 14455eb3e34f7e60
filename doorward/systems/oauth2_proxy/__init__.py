"""oauth2-proxy: its configuration file (TOML), its OAUTH2_PROXY_* environment file, its alpha YAML."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.oauth2_proxy.reader import read, sniff

SYSTEM = System(kind="oauth2-proxy", title="oauth2-proxy", read=read, sniff=sniff)
