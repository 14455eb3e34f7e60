"""How a log was read: which pattern fitted which line, where each field came from, and what was counted.

In: lines, a reader of what they say, and what makes events of it. Out: an Explanation; nothing in it is in clear, since
only events and the shapes of lines are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from doorward.model.sign_in import SignInEvent
from doorward.watch.shape import shape

MOST_SAMPLES = 30
MOST_SHAPES = 5
_FIELDS = ("person", "source", "session", "client", "provider", "agent", "route", "status", "ms")

# The event of a line and the pattern that fitted; None for a line that says nothing; ValueError if it does not parse.
Reading = Callable[[bytes], tuple[SignInEvent, str] | None]


@dataclass(frozen=True, slots=True)
class Sample:
    """The first line that a pattern fitted with this meaning."""

    number: int
    pattern: str
    event: SignInEvent


@dataclass(slots=True)
class Explanation:
    """What was read; `meanings` counts (pattern, kind, outcome, reason, raw reason)."""

    lines: int = 0
    silent: int = 0
    unparsed: int = 0
    meanings: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    shapes: list[tuple[int, str]] = field(default_factory=list)
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def events(self) -> int:
        """Lines that were events."""
        return sum(self.meanings.values())

    def add(self, number: int, pattern: str, event: SignInEvent) -> None:
        """One more event."""
        meaning = (pattern, str(event.kind), str(event.outcome), str(event.reason), event.reason_raw)
        self.meanings[meaning] += 1
        if self.meanings[meaning] == 1 and len(self.samples) < MOST_SAMPLES:
            self.samples.append(Sample(number, pattern, event))
        self.first_at = event.at if self.first_at is None else min(self.first_at, event.at)
        self.last_at = event.at if self.last_at is None else max(self.last_at, event.at)


def explained(lines: Iterable[bytes], reading: Reading) -> Explanation:
    """Read every line. Blank ones are passed over."""
    found = Explanation()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found.lines += 1
        try:
            read = reading(line)
        except ValueError:
            found.unparsed += 1
            if len(found.shapes) < MOST_SHAPES:
                found.shapes.append((number, shape(line.rstrip(b"\r\n"))))
            continue
        if read is None:
            found.silent += 1
        else:
            found.add(number, read[1], read[0])
    return found


def told(found: Explanation, kind: str, rules: str, origins: Mapping[str, str]) -> Iterator[str]:
    """The explanation as people read it, line by line."""
    yield (
        f"{found.lines} lines of kind {kind}: {found.events} events, {found.silent} say nothing of sign-in, "
        f"{found.unparsed} did not parse"
    )
    if rules:
        yield f"times: {rules}"
    if found.first_at and found.last_at:
        yield f"from {found.first_at.isoformat()} to {found.last_at.isoformat()}"
    if found.meanings:
        yield ""
        yield "  count  kind      outcome  reason               the log's code        pattern"
    for (pattern, what, outcome, reason, raw), number in found.meanings.most_common():
        yield f"{number:7d}  {what:8}  {outcome:7}  {reason:19}  {raw or '-':20}  {pattern}"
    for sample in found.samples:
        yield ""
        yield from _sample(sample, origins)
    if found.shapes:
        yield ""
        yield "did not parse, such as"
    for number, form in found.shapes:
        yield f"  line {number}: {form}"


def _sample(sample: Sample, origins: Mapping[str, str]) -> Iterator[str]:
    event = sample.event
    probe = ", by a probe" if event.probe else ""
    yield f"line {sample.number}, pattern {sample.pattern}: {event.kind} {event.outcome} {event.reason}{probe}"
    yield f"  at       {event.at.isoformat():34}  from {origins.get('time', 'the line')}"
    for name in _FIELDS:
        value = getattr(event, name)
        if value is not None:
            yield f"  {name:8} {value!s:34}  from {origins.get(name, 'the line')}"
    yield f"  reason   {event.reason!s:34}  from {event.reason_raw or 'the pattern'}"
