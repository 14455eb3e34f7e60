"""When a service asks the prober to wait: by status, by Retry-After, by a page that says locked. Pure.

In: how a journey ended and the last answer. Out: the same end, or Waiting with how long. That is no failure of the
service: a probe that went on would keep its own account locked, and would be counted as an attack.
Source: RFC 6585 section 4 (429), RFC 4918 section 11.3 (423), RFC 9110 section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from doorward.model.journey import ProbeResult
from doorward.probe.exchange import Answer, Done, Ending
from doorward.probe.line import LineEnding

LOCKED_OUT = "locked-out"
# Ends that are a request to wait wherever they come from.
ASKS_TO_WAIT = frozenset({LOCKED_OUT, LineEnding.ASKED_TO_WAIT.value, LineEnding.ACCOUNT_LOCKED.value})
# The longest pause that a service may ask for: beyond it, a stray header would silence the probe for good.
MOST_WAIT_S = 3600.0
_STATUS = frozenset({423, 429})
_REFUSED = frozenset({Ending.WRONG_PASSWORD.value, Ending.SENT_BACK.value, Ending.ERROR_PAGE.value})
_WORDS = re.compile(
    r"too many (?:\w+[ -]){0,3}(?:attempts|requests|logins|tries)"
    r"|account (?:has been |is |was )?(?:temporarily )?(?:locked|suspended)"
    r"|(?:you are|you have been|temporarily) (?:locked|blocked)"
    r"|try again in \d+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Waiting(Done):
    """The service asks to wait; `wait_s` as it said, None where it did not say how long."""

    wait_s: float | None = None


def heeded(done: Done, answer: Answer) -> Done:
    """The end, as Waiting where the last answer was no failure but a request to wait."""
    if done.is_good:
        return done
    if answer.status in _STATUS:
        return Waiting(LineEnding.ASKED_TO_WAIT, "the service takes another sign-in now", done.notes, asked_s(answer))
    refused = done.reason in _REFUSED or done.reason in ("http-401", "http-403")
    if refused and _WORDS.search(answer.text):
        return Waiting(LOCKED_OUT, "the probe's account is not locked out", done.notes, asked_s(answer))
    return done


def asked_s(answer: Answer) -> float | None:
    """How long Retry-After asks for, None without one that can be read; bounded."""
    said = answer.header("retry-after").strip()
    if said.isdecimal():
        return min(float(said), MOST_WAIT_S)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    moment = answer.at or _date(answer)
    if moment is None:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (aware - moment).total_seconds()), MOST_WAIT_S)


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.header("date"))
    except ValueError:
        return None


def told(result: ProbeResult, done: Done) -> ProbeResult:
    """The result with how long the service asked to wait."""
    return replace(result, wait_s=done.wait_s) if isinstance(done, Waiting) else result
