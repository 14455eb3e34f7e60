"""A crowd's events as lines of the school's log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent

_WORDS = {
    Kind.SIGN_IN: ("sign-in", "succeeded", "failed"),
    Kind.SESSION: ("session", "accepted", "rejected"),
    Kind.REQUEST: ("request", "", ""),
    Kind.INQUIRY: ("support-inquiry", "", ""),
}
_REASONS = {Reason.SESSION_EXPIRED: "expired"}


def line(event: SignInEvent) -> str:
    """The line of an event."""
    name, good, bad = _WORDS[event.kind]
    row: dict[str, object] = {"time": event.at.isoformat(timespec="microseconds"), "event": name}
    if event.kind is Kind.REQUEST:
        row |= {"route": event.route, "status": 200 if event.outcome is Outcome.SUCCESS else 500, "ms": 20.0}
    elif good:
        row["outcome"] = good if event.outcome is Outcome.SUCCESS else bad
        row["reason"] = _REASONS.get(event.reason, event.reason.value)
    row |= {name: value for name in ("person", "session", "source") if (value := getattr(event, name)) is not None}
    return json.dumps(row) + "\n"


def lines(events: Iterable[SignInEvent], component: str) -> Iterator[str]:
    """The lines of one component."""
    return (line(event) for event in events if event.component == component)


def write(events: list[SignInEvent], directory: Path) -> tuple[Path, ...]:
    """A log for each component."""
    paths = []
    for name in dict.fromkeys(event.component for event in events):
        path = directory / f"{name}.jsonl"
        path.write_text("".join(lines(events, name)))
        paths.append(path)
    return tuple(paths)
