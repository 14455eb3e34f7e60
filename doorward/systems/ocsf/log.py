"""OCSF Authentication events (class 3002) in: objects, one a line.

Doorward's own (`doorward events --as ocsf`) are read back as they were written: their names are keyed hashes already.

Source: OCSF schema 1.3, class authentication; detection.md's extensions stand in `unmapped`.
"""

from __future__ import annotations

from doorward.log_line import LogFormat, LogOptions, Said, Verdict
from doorward.log_line.fields import Fields, first, json_object, text
from doorward.log_line.said import Read, code
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Outcome, Reason

CLASS_UID = 3002
_KINDS = {
    "1": Kind.SIGN_IN,
    "2": Kind.SIGN_OUT,
    "3": Kind.TOKEN,
    "4": Kind.TOKEN,
    "5": Kind.TOKEN,
    "6": Kind.SIGN_IN,
}
# Doorward's own events name their kind: a session that was presented is none of OCSF's activities.
_OWN = "Doorward"
_OUTCOMES = {"1": Outcome.SUCCESS, "2": Outcome.FAILURE}
_WORDS = {str(reason) for reason in Reason}
# status_code and status_detail are the product's own words: those that many products share.
_STATUS = (
    ("unknown user", Reason.UNKNOWN_PERSON),
    ("user does not exist", Reason.UNKNOWN_PERSON),
    ("user_does_not_exist", Reason.UNKNOWN_PERSON),
    ("invalid credentials", Reason.WRONG_PASSWORD),
    ("invalid_credentials", Reason.WRONG_PASSWORD),
    ("account disabled", Reason.INACTIVE),
    ("account_disabled", Reason.INACTIVE),
    ("account locked", Reason.LOCKED_OUT),
    ("account_locked_out", Reason.LOCKED_OUT),
    ("password expired", Reason.INACTIVE),
    ("password_expired", Reason.INACTIVE),
)


def reads(options: LogOptions) -> Read:
    """A reader of events; other classes say nothing."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        fields = json_object(line)
        number, stamp = text(fields, "class_uid"), text(fields, "time")
        if number is None or stamp is None:
            raise ValueError("not an OCSF event")
        own = text(fields, "metadata.product.name") == _OWN
        kind = _kind(fields, own)
        if number != str(CLASS_UID) or kind is None:
            return None
        at = times.epoch(int(stamp) / 1000) if stamp.isdigit() else times.iso(stamp)
        said = Said(at, f"activity {text(fields, 'activity_id')}", _verdict(kind, fields), hashed=own)
        said.person = first(fields, "user.uid", "user.name", "user.email_addr", "actor.user.uid", "actor.user.name")
        said.source = first(fields, "src_endpoint.uid", "src_endpoint.ip", "src_endpoint.hostname")
        said.session = first(fields, "session.uid", "actor.session.uid")
        said.client = text(fields, "unmapped.client") if own else first(fields, "service.uid", "service.name")
        said.provider = text(fields, "unmapped.provider") if own else None
        said.agent = text(fields, "unmapped.agent") if own else text(fields, "http_request.user_agent")
        said.probe = text(fields, "unmapped.synthetic") == "true"
        return said

    return read


def _kind(fields: Fields, own: bool) -> Kind | None:
    if own and text(fields, "unmapped.kind") == Kind.SESSION:
        return Kind.SESSION
    return _KINDS.get(text(fields, "activity_id") or "")


def _verdict(kind: Kind, fields: Fields) -> Verdict:
    outcome = _OUTCOMES.get(text(fields, "status_id") or "", Outcome.UNKNOWN)
    raw = code(first(fields, "unmapped.reason_raw", "status_code"))
    word = text(fields, "unmapped.reason")
    if word in _WORDS:
        return Verdict(kind, outcome, Reason(word), raw)
    if outcome is Outcome.SUCCESS:
        return Verdict(kind, outcome, Reason.OK, raw)
    if kind is Kind.TOKEN:
        return Verdict(kind, outcome, Reason.TOKEN_REFUSED, raw)
    told = f"{text(fields, 'status_code') or ''} {text(fields, 'status_detail') or ''}".casefold()
    return Verdict(kind, outcome, next((reason for words, reason in _STATUS if words in told), Reason.OTHER), raw)


LOG = LogFormat(
    reads,
    lines="OCSF events of class 3002, one a line",
    times="`time` in milliseconds since 1970",
    source="OCSF 1.3 authentication",
    origins={
        "time": "time",
        "person": "user.uid, user.name, …",
        "source": "src_endpoint.uid, ip or hostname",
        "session": "session.uid",
        "client": "service.uid or name",
        "agent": "http_request.user_agent",
        "reason": "unmapped.reason, else status_code and status_detail",
    },
)
