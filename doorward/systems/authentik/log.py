"""authentik's log, JSON lines: its events (`Created Event`), refused identifiers, and requests.

Source: authentik/events/models.py (EventAction), authentik/flows/stage.py, authentik/root/asgi.py.
"""

from __future__ import annotations

from doorward.log_line import LogFormat, LogOptions, Said, Verdict, access, failed, succeeded
from doorward.log_line.fields import Fields, first, json_object, text
from doorward.log_line.said import Read
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_ACTIONS = {
    "login": succeeded(),
    "logout": succeeded(Kind.SIGN_OUT),
    "login_failed": failed(Reason.WRONG_PASSWORD, "login_failed"),
    "invalid_identifier": failed(Reason.UNKNOWN_PERSON, "invalid_identifier"),
    "authorize_application": succeeded(Kind.TOKEN, "authorize_application"),
    "system_exception": failed(Reason.SERVER_ERROR, "system_exception", Kind.ERROR),
    "policy_exception": failed(Reason.SERVER_ERROR, "policy_exception", Kind.ERROR),
    "property_mapping_exception": failed(Reason.SERVER_ERROR, "property_mapping_exception", Kind.ERROR),
    "configuration_error": failed(Reason.PROVIDER_ERROR, "configuration_error"),
}
# Stages that ask for something else than a password.
_SECOND = "authentik_stages_authenticator"


def reads(options: LogOptions) -> Read:
    """A reader of JSON lines."""
    times, routes = Times(options), access.Routes(options)

    def read(line: bytes) -> Said | None:
        fields = json_object(line)
        stamp = text(fields, "timestamp")
        if stamp is None:
            raise ValueError("no timestamp")
        if text(fields, "logger") == "authentik.asgi" and (text(fields, "status") or "").isdigit():
            return _request(fields, times, routes)
        action = text(fields, "action") or ""
        verdict = _ACTIONS.get(action)
        if verdict is None:
            return None
        return Said(
            times.iso(stamp),
            action,
            _of_stage(verdict, text(fields, "context.stage.app") or ""),
            person=_person(fields),
            source=text(fields, "client_ip"),
            client=text(fields, "context.http_request.args.client_id"),
        )

    return read


def _person(fields: Fields) -> str | None:
    """Of a failed attempt the name that was typed: its `user` is the anonymous one."""
    user = text(fields, "user.username")
    return first(fields, "context.username", "identifier") or (None if user == "AnonymousUser" else user)


def _of_stage(verdict: Verdict, stage: str) -> Verdict:
    if verdict.raw == "login_failed" and stage.startswith(_SECOND):
        return failed(Reason.WRONG_SECOND_FACTOR, verdict.raw)
    return verdict


def _request(fields: Fields, times: Times, routes: access.Routes) -> Said:
    """authentik writes the path as the event; its forms are sent by scripts, so no status tells an attempt."""
    at, status = times.iso(text(fields, "timestamp") or ""), int(text(fields, "status") or "0")
    said = routes.said(at, "", text(fields, "event") or "", status)
    said.source, said.agent = first(fields, "remote", "client_ip"), text(fields, "user_agent")
    runtime = text(fields, "runtime")
    said.ms = float(runtime) if runtime and runtime.replace(".", "", 1).isdigit() else None
    return said


LOG = LogFormat(
    reads,
    lines="JSON lines of the server and worker",
    times="`timestamp`; without a zone `time_zone` (authentik writes UTC)",
    source="authentik/events/models.py EventAction",
    origins={
        "time": "timestamp",
        "person": "context.username, identifier or user.username",
        "source": "client_ip, of a request remote",
        "client": "context.http_request.args.client_id",
        "reason": "action and context.stage.app",
        "route": "name of the first route that `event` fits",
    },
)
