"""The school's log: one JSON line in, one SignInEvent out, or None for a line that says nothing of sign-in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent, event_of


class Line(msgspec.Struct, frozen=True, gc=False):
    """The fields of all events in one struct; a field that an event does not have stays None."""

    time: datetime
    event: str
    config: str | None = None
    synthetic: bool = False
    outcome: str | None = None
    reason: str | None = None
    person: str | None = None
    session: str | None = None
    source: str | None = None
    client: str | None = None
    agent: str | None = None
    route: str | None = None
    status: int | None = None
    ms: float | None = None
    exception: str | None = None
    topic: str | None = None
    grant: str | None = None


_DECODE = msgspec.json.Decoder(Line).decode

KINDS = {
    "sign-in": Kind.SIGN_IN,
    "session": Kind.SESSION,
    "token": Kind.TOKEN,
    "authorization": Kind.TOKEN,
    "sign-out": Kind.SIGN_OUT,
    "request": Kind.REQUEST,
    "error": Kind.ERROR,
    "support-inquiry": Kind.INQUIRY,
    "configuration-loaded": Kind.CONFIGURATION,
    "configuration-refused": Kind.CONFIGURATION,
}

_OUTCOMES = {
    "succeeded": Outcome.SUCCESS,
    "accepted": Outcome.SUCCESS,
    "issued": Outcome.SUCCESS,
    "failed": Outcome.FAILURE,
    "rejected": Outcome.FAILURE,
    "refused": Outcome.FAILURE,
}

_SIGN_IN_REASONS = {
    "ok": Reason.OK,
    "wrong-password": Reason.WRONG_PASSWORD,
    "unknown-person": Reason.UNKNOWN_PERSON,
    "locked-out": Reason.LOCKED_OUT,
    "inactive": Reason.INACTIVE,
    "csrf": Reason.CSRF,
    "provider-error": Reason.PROVIDER_ERROR,
    "state-mismatch": Reason.STATE_MISMATCH,
    "token-refused": Reason.TOKEN_REFUSED,
    "access-denied": Reason.ACCESS_DENIED,
}

_SESSION_REASONS = {
    "ok": Reason.OK,
    "unknown": Reason.SESSION_UNKNOWN,
    "expired": Reason.SESSION_EXPIRED,
    "unreadable": Reason.SESSION_UNREADABLE,
    "network-changed": Reason.NETWORK_CHANGED,
    "ended-at-provider": Reason.ENDED_AT_PROVIDER,
    "inactive": Reason.INACTIVE,
}

# Events without outcome and reason of their own: what they mean by being there.
_SPOKEN = {
    "sign-out": (Outcome.SUCCESS, Reason.OK),
    "support-inquiry": (Outcome.UNKNOWN, Reason.OTHER),
    "configuration-loaded": (Outcome.SUCCESS, Reason.OK),
    "configuration-refused": (Outcome.FAILURE, Reason.OTHER),
}

_FIRST_SERVER_ERROR = 500
# As the school writes them, one behind the other. Within a text a quotation mark has a backslash before it.
_WHO = re.compile(rb'"person":(?:null|"([^"\\]*)"),"session":(?:null|"([^"\\]*)"),"source":(?:null|"([^"\\]*)")')
_PERSON = b'"person":"'
_ANY_TIME = datetime.fromtimestamp(0, UTC)


def mark(line: bytes) -> bytes | None:
    """The hash of whom a line speaks, as the school writes it; None where that takes the parser to say."""
    start = line.find(_PERSON) + len(_PERSON)
    end = line.find(b'"', start)
    # Most lines name a person; the pattern takes three times as long.
    if start >= len(_PERSON) and end > start and b"\\" not in line[start:end]:
        return line[start:end]
    found = _WHO.search(line)
    return None if found is None else found[1] or found[2] or found[3]


def parse(line: bytes, component: str) -> SignInEvent | None:
    """The event of one line; None for an event that says nothing of sign-in.

    Raises ValueError for a line that is not JSON, lacks its time or event, or has a field of another type.
    """
    read = _DECODE(line)
    meant = _meant(read.event, read.outcome, read.reason, read.grant, read.status, read.exception, read.topic)
    if meant is None:
        return None
    at = read.time
    return event_of(
        at if at.tzinfo is UTC else _utc(at),
        component,
        *meant,
        read.person,
        read.session,
        read.source,
        read.client,
        read.agent,
        read.route,
        read.status,
        read.ms,
        read.config,
        read.synthetic,
    )


# The school knows some fifty; what else comes is of exceptions and topics.
@lru_cache(256)
def _meant(
    event: str,
    outcome: str | None,
    reason: str | None,
    grant: str | None,
    status: int | None,
    exception: str | None,
    topic: str | None,
) -> tuple[Kind, Outcome, Reason, str] | None:
    """What the words of a line mean; None if they say nothing of sign-in."""
    kind = KINDS.get(event)
    if kind is None:
        return None
    said = Line(
        _ANY_TIME, event, outcome=outcome, reason=reason, status=status, exception=exception, topic=topic, grant=grant
    )
    return kind, *verdict(kind, said)


def verdict(kind: Kind, read: Line) -> tuple[Outcome, Reason, str]:
    """Outcome, reason, and the school's own word for it."""
    if kind is Kind.REQUEST:
        return _answered(read)
    if kind is Kind.ERROR:
        return Outcome.FAILURE, Reason.SERVER_ERROR, read.exception or ""
    spoken = _SPOKEN.get(read.event)
    if spoken is not None:
        return (*spoken, read.topic or "")
    word = read.reason or ""
    outcome = _OUTCOMES.get(read.outcome or "", Outcome.UNKNOWN)
    if kind is Kind.TOKEN:
        return outcome, _token_reason(outcome, read), word
    known = _SESSION_REASONS if kind is Kind.SESSION else _SIGN_IN_REASONS
    return outcome, known.get(word, Reason.OTHER), word


def _token_reason(outcome: Outcome, read: Line) -> Reason:
    """A refresh token that holds no more has expired or was revoked at a sign-out: that is of every day."""
    if outcome is Outcome.SUCCESS:
        return Reason.OK
    has_ended = (read.grant, read.reason) == ("refresh_token", "invalid_grant")
    return Reason.ENDED_AT_PROVIDER if has_ended else Reason.TOKEN_REFUSED


def _answered(read: Line) -> tuple[Outcome, Reason, str]:
    if read.status is None:
        return Outcome.UNKNOWN, Reason.OTHER, ""
    if read.status >= _FIRST_SERVER_ERROR:
        return Outcome.FAILURE, Reason.SERVER_ERROR, str(read.status)
    return Outcome.SUCCESS, Reason.OK, str(read.status)


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("the line's time has no time zone")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("the line's time is out of range") from None
