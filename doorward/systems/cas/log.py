"""Apereo CAS's audit trail: single lines (`cas.audit.slf4j.use-single-line=true`) or JSON.

CAS's default writes an audit record over ten lines, of which no one tells the whole: those lines say nothing here.
Source: inspektr AuditActionContext, AbstractStringAuditTrailManager; CAS AuditActions.
"""

from __future__ import annotations

import re
from datetime import datetime

from doorward.log_line import LogFormat, LogOptions, Said, failed, noted, succeeded
from doorward.log_line.fields import first, json_object, text
from doorward.log_line.said import Read
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_HEAD = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[ T][\d:,.]+\S*) \w+ +\[(?P<logger>[^\]]*)\] (?:\[[^\]]*\] )?-? ?(?P<rest>.*)"
)
_AUDIT = re.compile(r".*\|(?P<action>[A-Z][A-Z_]+)\|(?P<person>[^|]*)\|(?P<source>[^|]*)\|[^|]*(?:\|[^|]*)*")
# The default's record of many lines, an exception's trace, and lines that go on.
_CONTINUED = re.compile(
    r"(?:\s|=|WHO:|WHAT:|ACTION:|APPLICATION:|WHEN:|CLIENT |SERVER |USER |>|$|Caused by: |[\w.$]+Exception)"
)
_LOGGER = "Slf4jLoggingAuditTrailManager"

_ACTIONS = {
    "AUTHENTICATION_SUCCESS": succeeded(),
    "AUTHENTICATION_FAILED": failed(Reason.WRONG_PASSWORD, "AUTHENTICATION_FAILED"),
    "TICKET_GRANTING_TICKET_NOT_CREATED": noted(Reason.OTHER, "TICKET_GRANTING_TICKET_NOT_CREATED"),
    "TICKET_GRANTING_TICKET_DESTROYED": succeeded(Kind.SIGN_OUT),
    "LOGOUT_SUCCESS": succeeded(Kind.SIGN_OUT),
    "SERVICE_TICKET_CREATED": succeeded(Kind.TOKEN),
    "SERVICE_TICKET_NOT_CREATED": failed(Reason.TOKEN_REFUSED, "SERVICE_TICKET_NOT_CREATED", Kind.TOKEN),
    "SERVICE_TICKET_VALIDATE_FAILED": failed(Reason.TOKEN_REFUSED, "SERVICE_TICKET_VALIDATE_FAILED", Kind.TOKEN),
    "SERVICE_ACCESS_ENFORCEMENT_FAILED": failed(Reason.ACCESS_DENIED, "SERVICE_ACCESS_ENFORCEMENT_FAILED"),
    "THROTTLED_LOGIN_ATTEMPT": failed(Reason.LOCKED_OUT, "THROTTLED_LOGIN_ATTEMPT"),
    "OAUTH2_ACCESS_TOKEN_RESPONSE_CREATED": succeeded(Kind.TOKEN),
}


def reads(options: LogOptions) -> Read:
    """A reader of audit lines; other lines of CAS say nothing."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        if line.startswith(b"{"):
            fields = json_object(line)
            stamp = first(fields, "when", "whenActionWasPerformed", "auditTime")
            return _said(times.iso(stamp or ""), text(fields, "action") or "", text(fields, "who"), _address(fields))
        shown = line.decode("utf-8", "replace").rstrip("\r\n")
        head = _HEAD.fullmatch(shown)
        if head is None:
            if _CONTINUED.match(shown):
                return None
            raise ValueError("not a CAS line")
        found = _AUDIT.fullmatch(head["rest"]) if head["logger"].endswith(_LOGGER) else None
        if found is None:
            return None
        return _said(times.iso(head["time"]), found["action"], found["person"], found["source"])

    return read


def _address(fields: object) -> str | None:
    return first(fields, "clientIpAddress", "clientInfo.clientIpAddress", "clientAddress")


def _said(at: datetime, action: str, person: str | None, source: str | None) -> Said | None:
    verdict = _ACTIONS.get(action)
    known = None if person is not None and person.startswith("audit:") else person
    return None if verdict is None else Said(at, action, verdict, person=known, source=source)


LOG = LogFormat(
    reads,
    lines="audit trail on single lines (`cas.audit.slf4j.use-single-line=true`) or JSON",
    times="the head's time, `time_zone` (the audit's own date names zones by ambiguous letters)",
    source="inspektr AbstractStringAuditTrailManager, CAS AuditActions",
    origins={
        "time": "head of the line, of JSON `when`",
        "person": "WHO",
        "source": "CLIENT IP ADDRESS",
        "reason": "ACTION",
    },
)
