"""Django's log: runserver's and gunicorn's requests, the loggers django.request and django.security, django-axes, and
structured (JSON) lines of django-structlog or python-json-logger.

Routes are named by the component's options: a POST to a route that `is_sign_in` is an attempt. A form whose CSRF check
fails is told twice where both loggers write here: by its reason, and by the request's 403.
Source: django.core.servers.basehttp, django.utils.log, django.views.csrf; gunicorn glogging.py; django-axes
handlers/database.py; django-structlog middlewares.
"""

from __future__ import annotations

import re
from datetime import datetime

from doorward.log_line import LogFormat, LogOptions, Said, Verdict, access, failed, succeeded
from doorward.log_line.fields import Fields, first, json_object
from doorward.log_line.said import Read
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_RUNSERVER = re.compile(
    r"(?:[A-Z]+ )?\[(?P<time>\d\d/[A-Z][a-z]{2}/\d{4} \d\d:\d\d:\d\d)\] "
    r'"(?P<request>.*)" (?P<status>\d{3}) \S+'
)
_GUNICORN = re.compile(
    r"\[(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})\] \[\d+\] \[(?P<level>\w+)\] (?P<message>.*)"
)
# `%(asctime)s` before or after the level, with the logger's name or module and numbers between: Django's own examples.
_FORMATTED = re.compile(
    r"(?:\[?(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)\]?:? )?"
    r"\[?(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)\]?"
    r"(?: \[?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\]?:?)?(?P<rest>.*)"
)
# Bounded, so that a hostile line of 64 KiB costs milliseconds.
_CSRF = re.compile(r"Forbidden \((?:CSRF|Origin checking|Referer checking)[^)]{0,300}\)?.{0,300}?: (?P<path>/\S*)")
_ERROR = re.compile(r"Internal Server Error: (?P<path>/\S*)")
_AXES = re.compile(
    r"AXES: (?P<what>(?:Successful login|New login failure|Repeated login failure|Successful logout) by|Locking out)"
    r" \{(?P<who>[^}]{0,1000})\}"
)
_AXES_FIELD = re.compile(r"(username|ip_address): ['\"]([^'\"]*)['\"]")
_AXES_SAYS = {
    "Successful login by": succeeded(),
    "New login failure by": failed(Reason.WRONG_PASSWORD, "axes"),
    "Repeated login failure by": failed(Reason.WRONG_PASSWORD, "axes"),
    "Locking out": failed(Reason.LOCKED_OUT, "axes"),
    "Successful logout by": succeeded(Kind.SIGN_OUT),
}
# Names that projects give the signals of django.contrib.auth in structured logs.
_SIGNALS = {
    "user_logged_in": succeeded(),
    "user_login_failed": failed(Reason.WRONG_PASSWORD, "user_login_failed"),
    "user_logged_out": succeeded(Kind.SIGN_OUT),
    "user_locked_out": failed(Reason.LOCKED_OUT, "user_locked_out"),
}
# What runserver and tracebacks write without a time.
_UNTIMED = re.compile(
    r"\s|$|Traceback|Watching for|Performing system|System check|Django version|Starting |Quit the|Using \w+ server|"
    r"During handling|The above exception|Not Found: |Forbidden |Bad Request: |Internal Server Error: |Unauthorized: |"
    r"Method Not Allowed|Gone: |Broken pipe|[\w.]+(?:Error|Exception|DoesNotExist)\b|[A-Z][a-z]+ \d\d, \d{4} - "
)


# Fields of structured lines; of each sort the first that is there counts.
STAMP = ("timestamp", "@timestamp", "asctime", "time")
EVENT = ("event", "message", "msg")
PERSONS = ("username", "user", "user_id")
SOURCES = ("ip", "remote_addr", "remote_ip", "client_ip", "ip_address")
AGENTS = ("user_agent", "http_user_agent")


def is_named(fields: Fields) -> bool:
    """Whether a structured line is one whose fields say who it was."""
    return first(fields, *EVENT) in _SIGNALS or _is_request(fields)


def _is_request(fields: Fields) -> bool:
    event = first(fields, *EVENT)
    return event in ("request_finished", "request_failed") or "status_code" in fields or "status" in fields


def reads(options: LogOptions) -> Read:
    """A reader of all of these."""
    return _Reader(options).read


class _Reader:
    def __init__(self, options: LogOptions) -> None:
        self._times = Times(options)
        self._routes = access.Routes(options)
        self._named = options.routes

    def read(self, line: bytes) -> Said | None:
        if line.startswith(b"{"):
            return self._structured(json_object(line))
        shown = line.decode("utf-8", "replace").rstrip("\r\n")
        for regex, reading in ((_RUNSERVER, self._request), (access.LINE, self._access), (_GUNICORN, self._logged)):
            found = regex.fullmatch(shown)
            if found is not None:
                return reading(found)
        found = _FORMATTED.fullmatch(shown)
        if found is not None:
            return self._message(self._times.iso(found["time"]), found["rest"].strip())
        if _UNTIMED.match(shown):
            return None
        raise ValueError("not a line of Django's")

    def _request(self, found: re.Match[str]) -> Said:
        at = self._times.clf(found["time"])
        return self._routes.said(at, *access.request(found["request"]), int(found["status"]))

    def _access(self, found: re.Match[str]) -> Said:
        return access.of_line(found, self._times.clf(found["time"]), self._routes)

    def _logged(self, found: re.Match[str]) -> Said | None:
        at = self._times.strptime(found["time"], "%Y-%m-%d %H:%M:%S %z")
        if "WORKER TIMEOUT" in found["message"]:
            return Said(at, "worker-timeout", failed(Reason.SERVER_ERROR, "worker-timeout", Kind.ERROR))
        return self._message(at, found["message"])

    def _message(self, at: datetime, message: str) -> Said | None:
        """What a sentence of Django or axes says; the path stands last, so what is before it does not matter."""
        csrf, error, axes = _CSRF.search(message), _ERROR.search(message), _AXES.search(message)
        if csrf is not None:
            kind = Kind.SIGN_IN if self._is_sign_in(csrf["path"]) else Kind.REQUEST
            return Said(at, "csrf", failed(Reason.CSRF, "csrf", kind))
        if error is not None:
            return Said(at, "error", failed(Reason.SERVER_ERROR, "internal-server-error", Kind.ERROR))
        if axes is not None:
            who = dict(_AXES_FIELD.findall(axes["who"]))
            return Said(at, "axes", _AXES_SAYS[axes["what"]], person=who.get("username"), source=who.get("ip_address"))
        return None

    def _is_sign_in(self, path: str) -> bool:
        route = next((route for route in self._named if route.path.fullmatch(path)), None)
        return route is not None and route.is_sign_in

    def _structured(self, fields: Fields) -> Said | None:
        stamp = first(fields, *STAMP)
        if stamp is None:
            raise ValueError("no time")
        at, event = self._times.iso(stamp), first(fields, *EVENT) or ""
        verdict: Verdict | None = _SIGNALS.get(event)
        if verdict is not None:
            return self._named_said(Said(at, event, verdict), fields)
        if _is_request(fields):
            return self._named_said(access.of_json(_finished(event, fields), at, self._routes), fields)
        return self._message(at, event)

    def _named_said(self, said: Said, fields: Fields) -> Said:
        said.person = first(fields, *PERSONS)
        said.source = first(fields, *SOURCES)
        said.agent = first(fields, *AGENTS)
        return said


def _finished(event: str, fields: Fields) -> Fields:
    return {**fields, "status": "500"} if event == "request_failed" else fields


LOG = LogFormat(
    reads,
    lines="runserver, gunicorn (access and error log), django.request and django.security.csrf with a time, "
    "django-axes, JSON of django-structlog or python-json-logger",
    times="runserver and formatters without a zone: `time_zone`; access log and gunicorn: the zone on the line",
    source="Django basehttp.py, log.py; gunicorn glogging.py; django-axes; django-structlog",
    origins={
        **access.ORIGINS,
        "person": "remote user; axes username; JSON username, user or user_id",
        "source": "remote address; axes ip_address; JSON ip or remote_addr",
        "reason": "status of a sign-in route; the sentence; the signal's name",
    },
)
