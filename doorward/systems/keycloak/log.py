"""Keycloak's events: the log lines of `org.keycloak.events`, the same within JSON logs, and the events API's objects.

Source: keycloak org.keycloak.events Errors.java, EventType.java, JBossLoggingEventListenerProvider.java; the Quarkus
JSON log; GET /admin/realms/{realm}/events (one object a line).
"""

from __future__ import annotations

import re
from datetime import datetime

from doorward.log_line import LogFormat, LogOptions, Said, Verdict, failed, noted, succeeded
from doorward.log_line.fields import Fields, dig, first, json_object, text
from doorward.log_line.said import Read, code
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[T ]\S+) (?P<level>[A-Z]+) +\[(?P<logger>[^\]]+)\] (?:\([^)]*\) )?(?P<message>.*)"
)
_PAIR = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,]*))(?:, ?|$)')
# What an exception's trace looks like, and the banner of a start.
_CONTINUED = re.compile(r"(?:\s|Caused by: |Suppressed: |[\w.$]+(?:Exception|Error)\b|\.\.\. \d+ more|$)")
_EVENTS = re.compile(r"org\.key(?:cloak)?\.events")
_UNCAUGHT = re.compile(r"(?i)uncaught server error|failed to obtain JDBC connection|unable to acquire JDBC")

# EventType without _ERROR → what it is. Types that are not here say nothing of sign-in.
_KINDS = {
    "LOGIN": Kind.SIGN_IN,
    "IDENTITY_PROVIDER_LOGIN": Kind.SIGN_IN,
    "IDENTITY_PROVIDER_FIRST_LOGIN": Kind.SIGN_IN,
    "IDENTITY_PROVIDER_POST_LOGIN": Kind.SIGN_IN,
    "RESTART_AUTHENTICATION": Kind.SIGN_IN,
    "CODE_TO_TOKEN": Kind.TOKEN,
    "REFRESH_TOKEN": Kind.TOKEN,
    "CLIENT_LOGIN": Kind.TOKEN,
    "TOKEN_EXCHANGE": Kind.TOKEN,
    "OAUTH2_DEVICE_CODE_TO_TOKEN": Kind.TOKEN,
    "USER_INFO_REQUEST": Kind.TOKEN,
    "INTROSPECT_TOKEN": Kind.TOKEN,
    "LOGOUT": Kind.SIGN_OUT,
}
# A success of these is told again by LOGIN, or is no sign-in of its own.
_STEPS = frozenset(
    {
        "IDENTITY_PROVIDER_LOGIN",
        "IDENTITY_PROVIDER_FIRST_LOGIN",
        "IDENTITY_PROVIDER_POST_LOGIN",
        "RESTART_AUTHENTICATION",
    }
)
_REASONS = {
    "invalid_user_credentials": Reason.WRONG_PASSWORD,
    "password_missing": Reason.WRONG_PASSWORD,
    "user_not_found": Reason.UNKNOWN_PERSON,
    "username_missing": Reason.UNKNOWN_PERSON,
    "invalid_email": Reason.UNKNOWN_PERSON,
    "user_disabled": Reason.INACTIVE,
    "user_temporarily_disabled": Reason.LOCKED_OUT,
    "expired_code": Reason.STATE_MISMATCH,
    "invalid_code": Reason.STATE_MISMATCH,
    "cookie_not_found": Reason.STATE_MISMATCH,
    "already_logged_in": Reason.STATE_MISMATCH,
    "different_user_authenticated": Reason.STATE_MISMATCH,
    "session_expired": Reason.SESSION_EXPIRED,
    "user_session_not_found": Reason.SESSION_UNKNOWN,
    "not_logged_in": Reason.SESSION_UNKNOWN,
    "invalid_form": Reason.CSRF,
    "access_denied": Reason.ACCESS_DENIED,
    "consent_denied": Reason.ACCESS_DENIED,
    "rejected_by_user": Reason.ACCESS_DENIED,
    "not_allowed": Reason.ACCESS_DENIED,
    # From here: the provider shows people its page of errors.
    "realm_disabled": Reason.PROVIDER_ERROR,
    "ssl_required": Reason.PROVIDER_ERROR,
    "illegal_origin": Reason.PROVIDER_ERROR,
    "invalid_redirect_uri": Reason.PROVIDER_ERROR,
    "invalid_request": Reason.PROVIDER_ERROR,
    "client_not_found": Reason.PROVIDER_ERROR,
    "client_disabled": Reason.PROVIDER_ERROR,
    "invalid_client": Reason.PROVIDER_ERROR,
    "invalid_client_credentials": Reason.PROVIDER_ERROR,
    "invalid_issuer": Reason.PROVIDER_ERROR,
    "invalid_signature": Reason.PROVIDER_ERROR,
    "invalid_saml_response": Reason.PROVIDER_ERROR,
    "invalid_authn_request": Reason.PROVIDER_ERROR,
    "invalid_config": Reason.PROVIDER_ERROR,
    "unknown_identity_provider": Reason.PROVIDER_ERROR,
    "identity_provider_login_failure": Reason.PROVIDER_ERROR,
    "identity_provider_error": Reason.PROVIDER_ERROR,
    "invalid_code_challenge_method": Reason.PROVIDER_ERROR,
    "pkce_verification_failed": Reason.PROVIDER_ERROR,
}
_SECOND_FACTORS = frozenset({"otp", "webauthn", "recovery-authn-codes"})


def reads(options: LogOptions) -> Read:
    """A reader of the server's log; lines of other loggers say nothing, but for errors that nothing caught."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        if line.startswith(b"{"):
            return _object(json_object(line), times)
        shown = line.decode("utf-8", "replace").rstrip("\r\n")
        found = _LINE.fullmatch(shown)
        if found is None:
            if _CONTINUED.match(shown):
                return None
            raise ValueError("not a Keycloak line")
        return _logged(times.iso(found["time"]), found["logger"], found["message"])

    return read


def _object(fields: Fields, times: Times) -> Said | None:
    """A line of the JSON log, or an event as the API gives it (its time is in milliseconds)."""
    logger = text(fields, "loggerName")
    if logger is not None:
        return _logged(times.iso(text(fields, "timestamp") or ""), logger, text(fields, "message") or "")
    stamp = dig(fields, "time")
    if not isinstance(stamp, int) or text(fields, "type") is None:
        raise ValueError("not a Keycloak event")
    details = dig(fields, "details")
    flat = {**(details if isinstance(details, dict) else {}), **fields}
    return _event(times.epoch(stamp / 1000), flat)


def _logged(at: datetime, logger: str, message: str) -> Said | None:
    if _EVENTS.fullmatch(logger):
        pairs: Fields = {}
        for name, quoted, bare in _PAIR.findall(message):
            # The first counts: what people typed (username) stands behind what the server says.
            pairs.setdefault(name, bare or quoted)
        return _event(at, pairs)
    if _UNCAUGHT.match(message):
        return Said(at, "uncaught", failed(Reason.SERVER_ERROR, "uncaught-server-error", Kind.ERROR))
    return None


def _event(at: datetime, fields: Fields) -> Said | None:
    name = text(fields, "type") or ""
    step, is_error = name.removesuffix("_ERROR"), name.endswith("_ERROR")
    kind = _KINDS.get(step)
    if kind is None or (step in _STEPS and not is_error):
        return None
    error = code(text(fields, "error"))
    client = text(fields, "clientId")
    return Said(
        at,
        name,
        _verdict(kind, error, text(fields, "credential_type")) if is_error else succeeded(kind),
        person=first(fields, "username", "userId"),
        source=text(fields, "ipAddress"),
        session=text(fields, "sessionId"),
        client=None if error == "client_not_found" else client,
        provider=text(fields, "identity_provider"),
    )


def _verdict(kind: Kind, error: str, credential: str | None) -> Verdict:
    if kind is Kind.TOKEN:
        return failed(Reason.TOKEN_REFUSED, error, kind)
    if kind is Kind.SIGN_OUT:
        return noted(_REASONS.get(error, Reason.OTHER), error, kind)
    if error == "invalid_user_credentials" and credential in _SECOND_FACTORS:
        return failed(Reason.WRONG_SECOND_FACTOR, error)
    return failed(_REASONS.get(error, Reason.OTHER), error)


LOG = LogFormat(
    reads,
    lines="`org.keycloak.events` in the server's text or JSON log (success at level DEBUG unless `spi-events-listener-"
    "jboss-logging-success-level=info`), or objects of the events API, one a line",
    times="log: `time_zone` where the line has none; API: milliseconds since 1970",
    source="keycloak Errors.java, EventType.java, JBossLoggingEventListenerProvider.java",
    origins={
        "time": "head of the line, `timestamp`, or `time`",
        "person": "username, else userId",
        "source": "ipAddress",
        "session": "sessionId",
        "client": "clientId",
        "provider": "identity_provider",
        "reason": "error",
    },
)
