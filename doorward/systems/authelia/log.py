"""Authelia's log, as text (logfmt) or JSON: first and second factors, and its OpenID provider's refusals.

Source: authelia internal/handlers (response.go, handler_firstfactor_password.go, handler_oauth2_*.go); measured:
tests/cases/logs/authelia.
"""

from __future__ import annotations

import re

from doorward.log_line import LogFormat, LogOptions, Said, Verdict, failed, succeeded
from doorward.log_line.fields import json_object, logfmt, text
from doorward.log_line.said import Read
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_ATTEMPT = re.compile(
    r"(?P<how>Successful|Unsuccessful) (?P<factor>[\w -]+?) authentication attempt (?:made )?by user '(?P<person>.*)'"
    r"(?P<banned> and they are banned.*)?(?:: (?P<why>.*))?",
    re.DOTALL,
)
_DETAILS = re.compile(
    r"Error occurred getting details for user with username input '(?P<person>.*)' which .*", re.DOTALL
)
_REQUEST = re.compile(
    r"(?P<what>Access|Authorization|Introspection|PushedAuthorization|Pushed Authorization) Request "
    r"(?:with id '[^']*' )?(?:on client with id '(?P<client>[^']*)' )?(?:failed|could not be .*) .*",
    re.DOTALL,
)
# The directory or database behind Authelia did not answer: nobody typed anything wrong.
_BACKEND = re.compile(
    r"(?i)dial |connection refused|timeout|network error|no such host|broken pipe|"
    r"result code (?:1|51|52|80|81|85|91|200)\b"
)
_FACTORS = {"1fa": "1fa", "duo": "duo", "totp": "totp", "webauthn": "webauthn", "u2f": "webauthn"}


def reads(options: LogOptions) -> Read:
    """A reader of both formats."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        if line.startswith(b"{"):
            fields = json_object(line)
        else:
            shown = line.decode("utf-8", "replace")
            if not shown.startswith("time="):
                raise ValueError("not an Authelia line")
            fields = logfmt(shown)
        stamp, message = text(fields, "time"), text(fields, "msg")
        if message is None:
            raise ValueError("no msg")
        said = _message(message, text(fields, "error") or "", times, stamp)
        if said is not None:
            said.source = text(fields, "remote_ip")
        return said

    return read


def _message(message: str, error: str, times: Times, stamp: str | None) -> Said | None:
    for regex, reading in ((_ATTEMPT, _attempt), (_DETAILS, _details), (_REQUEST, _request)):
        found = regex.fullmatch(message)
        if found is not None:
            groups = found.groupdict()
            at = times.iso(stamp or "")
            pattern, verdict = reading(groups, f"{groups.get('why') or ''} {error}".strip())
            return Said(at, pattern, verdict, person=groups.get("person"), client=groups.get("client"))
    return None


def _attempt(groups: dict[str, str | None], why: str) -> tuple[str, Verdict]:
    factor = _FACTORS.get((groups["factor"] or "").casefold(), "other")
    if groups["how"] == "Successful":
        return "attempt", succeeded(raw=factor)
    if groups["banned"]:
        return "attempt", failed(Reason.LOCKED_OUT, factor)
    if factor != "1fa":
        return "attempt", failed(Reason.WRONG_SECOND_FACTOR, factor)
    if "user not found" in why:
        return "attempt", failed(Reason.UNKNOWN_PERSON, factor)
    if _BACKEND.search(why):
        return "attempt", failed(Reason.PROVIDER_ERROR, "backend")
    return "attempt", failed(Reason.WRONG_PASSWORD, factor)


def _details(_groups: dict[str, str | None], why: str) -> tuple[str, Verdict]:
    if "user not found" in why or not why:
        return "details", failed(Reason.UNKNOWN_PERSON, "1fa")
    return "details", failed(Reason.PROVIDER_ERROR, "backend")


def _request(groups: dict[str, str | None], _why: str) -> tuple[str, Verdict]:
    if groups["what"] == "Access":
        return "request", failed(Reason.TOKEN_REFUSED, "access-request", Kind.TOKEN)
    return "request", failed(Reason.PROVIDER_ERROR, "authorization-request")


LOG = LogFormat(
    reads,
    lines="`log.format: text` or `json`; successes need `log.level: debug`",
    times="the zone on the line; a line without `time` that tells an attempt does not parse",
    source="authelia internal/handlers",
    origins={"time": "time", "person": "the quoted name in msg", "source": "remote_ip", "reason": "msg and error"},
)
