"""Apache httpd as the proxy in front of sign-in, or beside mod_auth_openidc: its access log."""

from __future__ import annotations

from doorward.log_line.access_tally import tally_of
from doorward.systems import System
from doorward.systems.apache.log import LOG

SYSTEM = System(kind="apache", title="Apache httpd", log=LOG, tally=lambda options: tally_of(LOG, options))
