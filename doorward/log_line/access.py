"""Access logs: a request a line, in the common or combined format, or as JSON by nginx's own names.

A path may hold a token or a name: only the name of the configured route that it fits is kept.
Source: nginx ngx_http_log_module ($remote_addr … "$http_user_agent"), Apache mod_log_config (common, combined, vhost).
"""

from __future__ import annotations

import re
from datetime import datetime

from doorward.log_line.fields import Fields, first
from doorward.log_line.options import LogOptions, Route
from doorward.log_line.said import Said, Verdict, failed, succeeded
from doorward.model.sign_in import Kind, Reason

LINE = re.compile(
    r"(?:[\w.:-]+ )?(?P<source>\S+) \S+ (?P<person>.*?) \[(?P<time>[^\]]{20,40})\] "
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?:\d+|-)'
    r'(?: "(?:[^"\\]|\\.)*" "(?P<agent>(?:[^"\\]|\\.)*)")?(?P<rest>.*)'
)
_TOOK = re.compile(r"(?:rt=|request_time=|^ )\"?(\d+\.\d{3})\b")
_FIRST_SERVER_ERROR = 500
_FORBIDDEN = frozenset({401, 403})
_TOO_MANY = 429
ORIGINS = {
    "time": "[time]",
    "person": "the remote user",
    "source": "the remote address",
    "agent": "family of the User-Agent",
    "route": "name of the first route that the path fits",
    "status": "status",
    "ms": "rt= or request_time=, or a bare number of seconds after the User-Agent",
}


class Routes:
    """Names the requests of one log."""

    def __init__(self, options: LogOptions) -> None:
        self._routes = options.routes

    def said(self, at: datetime, method: str, path: str, status: int) -> Said:
        """The request as what it means for its route; `person`, `source`, `agent` and `ms` are the caller's."""
        bare = path.partition("?")[0]
        route = next((route for route in self._routes if route.path.fullmatch(bare)), None)
        return Said(at, "request", _verdict(route, method, status), route=route.name if route else None, status=status)


def _verdict(route: Route | None, method: str, status: int) -> Verdict:
    if route is not None and route.is_sign_in and method == "POST":
        return _attempt(route, status)
    if status >= _FIRST_SERVER_ERROR:
        return failed(Reason.SERVER_ERROR, str(status), Kind.REQUEST)
    if route is not None and route.is_sign_out:
        return succeeded(Kind.SIGN_OUT)
    return succeeded(Kind.REQUEST, str(status))


def _attempt(route: Route, status: int) -> Verdict:
    """An attempt to sign in: a form that is shown again says that what was typed was not believed."""
    if status in route.succeeded:
        return succeeded(raw=str(status))
    if status >= _FIRST_SERVER_ERROR:
        return failed(Reason.SERVER_ERROR, str(status))
    if status == _TOO_MANY:
        return failed(Reason.LOCKED_OUT, str(status))
    return failed(Reason.ACCESS_DENIED if status in _FORBIDDEN else Reason.WRONG_PASSWORD, str(status))


def request(text: str) -> tuple[str, str]:
    """Method and path of a request line; empty ones for what is no HTTP (a scanner's bytes)."""
    method, _, rest = text.partition(" ")
    return (method, rest.partition(" ")[0]) if rest else ("", "")


def of_line(found: re.Match[str], at: datetime, routes: Routes) -> Said:
    """What a line in the combined format says."""
    said = routes.said(at, *request(found["request"]), int(found["status"]))
    said.person, said.source, said.agent = found["person"], found["source"], found["agent"]
    took = _TOOK.search(found["rest"])
    said.ms = 1000 * float(took[1]) if took else None
    return said


def of_json(fields: Fields, at: datetime, routes: Routes) -> Said:
    """What an object with nginx's variables says. Raises ValueError without a status."""
    status = first(fields, "status", "status_code", "code")
    if status is None or not status.isdigit():
        raise ValueError("no status")
    method, path = request(first(fields, "request") or "")
    method = first(fields, "request_method", "method") or method
    path = first(fields, "uri", "request_uri", "path") or path
    said = routes.said(at, method, path, int(status))
    said.person, said.source = first(fields, "remote_user", "user"), first(fields, "remote_addr", "remote_ip", "ip")
    said.agent, took = first(fields, "http_user_agent", "user_agent"), first(fields, "request_time")
    said.ms = 1000 * float(took) if took and re.fullmatch(r"\d+(\.\d+)?", took) else None
    return said
