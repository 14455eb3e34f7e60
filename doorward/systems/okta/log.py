"""Okta's System Log: LogEvent objects, one a line (from the API, a log stream or an event hook's `events`).

Source: Okta System Log API (LogEvent), event types; outcome.reason as published events write it.
"""

from __future__ import annotations

from doorward.log_line import LogFormat, LogOptions, Said, Verdict, failed, noted, succeeded
from doorward.log_line.fields import first, json_object, text
from doorward.log_line.said import Read, code
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_KINDS = {
    "user.session.start": Kind.SIGN_IN,
    "user.authentication.auth_via_mfa": Kind.SIGN_IN,
    "user.authentication.auth_via_social": Kind.SIGN_IN,
    "user.authentication.auth_via_IDP": Kind.SIGN_IN,
    "user.authentication.auth_via_inbound_SAML": Kind.SIGN_IN,
    "user.authentication.auth_via_AD_agent": Kind.SIGN_IN,
    "user.authentication.auth_via_LDAP_agent": Kind.SIGN_IN,
    "user.authentication.auth_via_radius": Kind.SIGN_IN,
    "user.authentication.sso": Kind.TOKEN,
    "user.authentication.verify": Kind.SIGN_IN,
    "user.account.lock": Kind.SIGN_IN,
    "policy.evaluate_sign_on": Kind.SIGN_IN,
    "user.session.end": Kind.SIGN_OUT,
    "user.authentication.slo": Kind.SIGN_OUT,
    "app.oauth2.authorize.code": Kind.TOKEN,
    "app.oauth2.as.authorize.code": Kind.TOKEN,
    "app.oauth2.token.grant": Kind.TOKEN,
    "app.oauth2.token.grant.access_token": Kind.TOKEN,
    "app.oauth2.token.grant.id_token": Kind.TOKEN,
    "app.oauth2.token.grant.refresh_token": Kind.TOKEN,
    "app.oauth2.as.token.grant": Kind.TOKEN,
    "app.oauth2.as.token.grant.access_token": Kind.TOKEN,
    "system.agent.ad.connect": Kind.ERROR,
}
# Steps on the way: a success of theirs is told again by user.session.start.
_STEPS = frozenset(
    name
    for name in _KINDS
    if name.startswith(("user.authentication.auth_via", "user.authentication.verify", "policy."))
)
_SECOND = "user.authentication.auth_via_mfa"
_REASONS = {
    "INVALID_CREDENTIALS": Reason.WRONG_PASSWORD,
    "VERIFICATION_ERROR": Reason.UNKNOWN_PERSON,
    "INVALID_LOGIN": Reason.UNKNOWN_PERSON,
    "LOCKED_OUT": Reason.LOCKED_OUT,
    "MAX_LOGIN_ATTEMPTS": Reason.LOCKED_OUT,
    "PASSWORD_EXPIRED": Reason.INACTIVE,
    "USER_SUSPENDED": Reason.INACTIVE,
    "USER_DEACTIVATED": Reason.INACTIVE,
    "USER_NOT_ACTIVE": Reason.INACTIVE,
    "INVALID_TOKEN": Reason.WRONG_SECOND_FACTOR,
    "FACTOR_VERIFICATION_FAILED": Reason.WRONG_SECOND_FACTOR,
    "FACTOR_REJECTED": Reason.WRONG_SECOND_FACTOR,
    "NETWORK_ZONE_BLACKLIST": Reason.ACCESS_DENIED,
    "ACCESS_DENIED": Reason.ACCESS_DENIED,
    "GENERIC_LOGIN_FAILURE": Reason.OTHER,
    "AGENT_TIMEOUT": Reason.PROVIDER_ERROR,
    "AGENT_ERROR": Reason.PROVIDER_ERROR,
    "SERVER_ERROR": Reason.SERVER_ERROR,
    "SIGNATURE_INVALID": Reason.PROVIDER_ERROR,
    "INVALID_ASSERTION": Reason.PROVIDER_ERROR,
}


def reads(options: LogOptions) -> Read:
    """A reader of LogEvents."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        fields = json_object(line)
        event, stamp = text(fields, "eventType"), text(fields, "published")
        if event is None or stamp is None:
            raise ValueError("not a LogEvent")
        kind = _KINDS.get(event)
        if kind is None:
            return None
        verdict = _verdict(event, kind, text(fields, "outcome.result") or "", text(fields, "outcome.reason"))
        if verdict is None:
            return None
        return Said(
            times.iso(stamp),
            event,
            verdict,
            person=text(fields, "actor.alternateId"),
            source=text(fields, "client.ipAddress"),
            session=text(fields, "authenticationContext.externalSessionId"),
            client=first(fields, "target.0.alternateId") if kind is Kind.TOKEN else None,
            agent=text(fields, "client.userAgent.rawUserAgent"),
        )

    return read


def _verdict(event: str, kind: Kind, result: str, why: str | None) -> Verdict | None:
    word = code(why)
    if event == "user.account.lock":
        return noted(Reason.LOCKED_OUT, "account-lock")
    if result in ("SUCCESS", "ALLOW"):
        return None if event in _STEPS else succeeded(kind)
    if result not in ("FAILURE", "DENY"):
        return None
    if kind is Kind.TOKEN:
        return failed(Reason.TOKEN_REFUSED, word, kind)
    if kind is Kind.ERROR:
        return failed(Reason.PROVIDER_ERROR, "agent-disconnected", kind)
    if result == "DENY":
        return failed(Reason.ACCESS_DENIED, word or "policy")
    if event == _SECOND:
        return failed(Reason.WRONG_SECOND_FACTOR, word)
    return failed(_REASONS.get(word, Reason.OTHER), word, kind)


LOG = LogFormat(
    reads,
    lines="LogEvent objects, one a line (`jq -c '.[]'` for an answer of the API)",
    times="`published` is UTC",
    source="Okta System Log API",
    origins={
        "time": "published",
        "person": "actor.alternateId",
        "source": "client.ipAddress",
        "session": "authenticationContext.externalSessionId",
        "client": "target.0.alternateId, of tokens",
        "agent": "client.userAgent.rawUserAgent",
        "reason": "outcome.reason",
    },
)
