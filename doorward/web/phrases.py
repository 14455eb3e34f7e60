"""Values in people's words: times, shares, states. In: words of the model. Out: short plain English, no markup."""

from __future__ import annotations

from datetime import UTC, datetime

from doorward.model.action import ActionKind, ActionState
from doorward.model.config_version import Standing
from doorward.model.detection import Detection, Signal
from doorward.model.incident import IncidentState
from doorward.model.journey import ProbeOutcome

STATES: dict[IncidentState, str] = {
    IncidentState.OPEN: "Open",
    IncidentState.RECOVERING: "Recovering",
    IncidentState.PAUSED: "Paused: a person is asked",
    IncidentState.RECOVERED: "Recovered, being watched",
    IncidentState.RESOLVED: "Resolved",
}
STANDINGS: dict[Standing, str] = {
    Standing.UNPROVED: "Not yet proved by a sign-in",
    Standing.PROVED_GOOD: "Proved good by probes",
    Standing.PINNED: "Known bad: nothing may apply it again",
}
OUTCOMES: dict[ProbeOutcome, str] = {
    ProbeOutcome.PASSED: "passed",
    ProbeOutcome.FAILED: "failed",
    ProbeOutcome.UNREACHABLE: "got no answer",
    ProbeOutcome.BLIND: "could not look: Doorward has no network itself",
    ProbeOutcome.WAITING: "waits: the service asked it to",
}
ACTIONS: dict[ActionKind, str] = {
    ActionKind.ROLL_BACK: "Put back the configuration of {component}",
    ActionKind.RESTART: "Restart {component}",
    ActionKind.CLEAR_SESSIONS: "Clear the broken sessions of {component}",
    ActionKind.VERIFY: "Prove that people can sign in",
}
ACTION_STATES: dict[ActionState, str] = {
    ActionState.PLANNED: "planned",
    ActionState.STARTED: "running",
    ActionState.SUCCEEDED: "done",
    ActionState.FAILED: "failed",
}
SIGNALS: dict[Signal, str] = {
    Signal.SIGN_IN_FAILURES: "sign-ins that fail",
    Signal.SESSION_REJECTIONS: "sessions that are refused",
    Signal.SERVER_ERRORS: "requests answered with a server error",
    Signal.SIGN_IN_VOLUME: "sign-ins a minute",
    Signal.SUPPORT_INQUIRIES: "support inquiries a minute",
    Signal.PROBE_FAILURES: "Doorward's own sign-ins that fail",
    Signal.LATENCY: "requests that take too long",
}
# Signals whose observed and expected values are counts per minute; the others are shares.
_PER_MINUTE = frozenset({Signal.SIGN_IN_VOLUME, Signal.SUPPORT_INQUIRIES})


def lasting(seconds: float) -> str:
    """A length of time with at most two units: `45 s`, `2 min 5 s`, `1 h 12 min`, `3 d 4 h`."""
    whole = max(0, round(seconds))
    for size, unit, smaller, smaller_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit} {rest} {smaller_unit}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"


def between(start: datetime, end: datetime) -> str:
    """The time from one to the other, in words."""
    return lasting((end - start).total_seconds())


def clock(at: datetime) -> str:
    """`21:04:33`, UTC."""
    return at.astimezone(UTC).strftime("%H:%M:%S")


def day_clock(at: datetime) -> str:
    """`21 Nov 2026, 21:04 UTC`."""
    return at.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


def share(value: float) -> str:
    """A share 0..1 as per cent; small shares keep one decimal so that they never read as nothing."""
    percent = value * 100
    return f"{percent:.1f} %" if 0 < percent < 10 else f"{percent:.0f} %"


def count(number: int, one: str, many: str = "") -> str:
    """`1 person`, `81 people`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def readable(word: str) -> str:
    """A stable word as people read it: `sent-back-to-sign-in` → `sent back to sign in`."""
    return word.replace("-", " ").replace("_", " ")


def sentence_case(text: str) -> str:
    """First letter large, one full stop at the end."""
    return stopped(text[:1].upper() + text[1:])


def stopped(text: str) -> str:
    """One full stop at the end; the beginning stays, for it may be a name."""
    text = text.strip()
    return text if not text or text[-1] in ".?!:”" else f"{text}."


def amount(detection: Detection, value: float) -> str:
    """An observed or expected value of this detection in its unit."""
    return f"{value:.1f} a minute" if detection.signal in _PER_MINUTE else share(value)


def segment(detection: Detection) -> str:
    """What is affected: `auth, network changed`; empty when it is everything."""
    return ", ".join(readable(value) for _, value in detection.segment)


def detected(detection: Detection) -> str:
    """A detection in one sentence without its time."""
    where = f" ({segment(detection)})" if detection.segment else ""
    return (
        f"{SIGNALS[detection.signal]}{where}: {amount(detection, detection.observed)} "
        f"instead of the usual {amount(detection, detection.expected)}"
    )
