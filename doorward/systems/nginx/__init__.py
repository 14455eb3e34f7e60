"""nginx as the proxy in front of sign-in: it passes headers, asks for a session, rewrites cookies, caches, limits."""

from __future__ import annotations

from doorward.log_line.access_tally import tally_of
from doorward.systems import System
from doorward.systems.nginx.log import LOG
from doorward.systems.nginx.reader import read, sniff

SYSTEM = System(
    kind="nginx", title="nginx", read=read, log=LOG, tally=lambda options: tally_of(LOG, options), sniff=sniff
)
