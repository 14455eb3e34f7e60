"""Auth0's tenant log: log events, one a line, bare (Management API) or in `data` (log streams).

Source: Auth0 docs, Log Event Type Codes and Log Stream Filters.
"""

from __future__ import annotations

from doorward.log_line import LogFormat, LogOptions, Said, Verdict, failed, noted, succeeded
from doorward.log_line.fields import dig, first, json_object, text
from doorward.log_line.said import Read
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_SIGN_IN = {
    "f": Reason.OTHER,
    "fp": Reason.WRONG_PASSWORD,
    "fu": Reason.UNKNOWN_PERSON,
    "fc": Reason.PROVIDER_ERROR,
    "fco": Reason.PROVIDER_ERROR,
    "fcoa": Reason.PROVIDER_ERROR,
    "fens": Reason.PROVIDER_ERROR,
    "limit_wc": Reason.LOCKED_OUT,
    "limit_mu": Reason.LOCKED_OUT,
    "limit_sul": Reason.LOCKED_OUT,
    "pwd_leak": Reason.ACCESS_DENIED,
    "gd_auth_failed": Reason.WRONG_SECOND_FACTOR,
    "gd_auth_rejected": Reason.WRONG_SECOND_FACTOR,
    "gd_otp_rate_limit_exceed": Reason.LOCKED_OUT,
    "gd_recovery_failed": Reason.WRONG_SECOND_FACTOR,
}
# Exchanges for tokens: authorization code, client credentials, password, refresh token, device code, out of band,
# one-time password, recovery code, custom; `se…` succeeded, `fe…` failed.
_EXCHANGES = ("acft", "ccft", "pft", "rtft", "de", "oobft", "otpft", "rcft", "cte")
_CODES: dict[str, Verdict] = {
    "s": succeeded(),
    "sens": succeeded(),
    "ssa": succeeded(Kind.SESSION),
    # No session at the provider any more: the browser is sent to sign in again.
    "fsa": failed(Reason.SESSION_UNKNOWN, "fsa", Kind.SESSION),
    "slo": succeeded(Kind.SIGN_OUT),
    "flo": noted(Reason.OTHER, "flo", Kind.SIGN_OUT),
    "w": noted(Reason.OTHER, "w"),
    "coff": failed(Reason.PROVIDER_ERROR, "coff", Kind.ERROR),
    "api_limit": failed(Reason.SERVER_ERROR, "api_limit", Kind.ERROR),
    **{name: failed(reason, name) for name, reason in _SIGN_IN.items()},
    **{f"se{name}": succeeded(Kind.TOKEN) for name in _EXCHANGES},
    **{f"fe{name}": failed(Reason.TOKEN_REFUSED, f"fe{name}", Kind.TOKEN) for name in _EXCHANGES},
}


def reads(options: LogOptions) -> Read:
    """A reader of log events."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        fields: object = json_object(line)
        inner = dig(fields, "data")
        if isinstance(inner, dict) and "type" in inner:
            fields = inner
        name, stamp = text(fields, "type"), text(fields, "date")
        if name is None or stamp is None:
            raise ValueError("not an Auth0 event")
        verdict = _CODES.get(name)
        if verdict is None:
            return None
        return Said(
            times.iso(stamp),
            name,
            verdict,
            person=first(fields, "user_name", "user_id"),
            source=text(fields, "ip"),
            session=first(fields, "session_id", "details.session_id"),
            client=text(fields, "client_id"),
            provider=text(fields, "connection"),
            agent=text(fields, "user_agent"),
        )

    return read


LOG = LogFormat(
    reads,
    lines="log events, one a line: of the Management API, or of a log stream (in `data`)",
    times="`date` is UTC",
    source="Auth0 docs: Log Event Type Codes",
    origins={
        "time": "date",
        "person": "user_name, else user_id",
        "source": "ip",
        "session": "session_id",
        "client": "client_id",
        "provider": "connection",
        "agent": "user_agent",
        "reason": "type",
    },
)
