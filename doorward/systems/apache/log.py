"""Apache's access log: requests by route, and attempts to sign in by the status of a sign-in route's answer."""

from __future__ import annotations

from doorward.log_line import LogFormat, access
from doorward.log_line.access_format import reads

LOG = LogFormat(
    reads,
    lines="access log: common, combined, with a virtual host before or times after it, or JSON; routes are named",
    times="the zone on the line; without one `time_zone`",
    source="Apache mod_log_config: common, combined, vhost_combined",
    origins=access.ORIGINS,
)
