"""Sign-ins per window as geometry for one inline SVG and rows for the table beside it; pure.

In: buckets and moments worth a mark. Out: a Chart in units of its own view box (10 wide a bar, 100 high), which the
template draws and the style sheet stretches. Text stands outside the drawing, so that a phone shows it full size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from doorward.model.sign_in import Bucket, Kind, Outcome
from doorward.web import phrases

HEIGHT = 100
BAR_WIDTH = 10
# The tallest bar leaves this much air, so that a full bar is not taken for one that was cut.
_AIR = 1.08
# Without a floor, one sign-in a window would look as busy as sixty.
_LEAST_TOP = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One layer of a bar; `css` names its colour and pattern."""

    css: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One window; `css` is `now` for the last, which is still being counted."""

    x: float
    width: float
    label: str
    css: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the time axis; `number` ties the line in the drawing to its words below."""

    x: float
    number: int
    clock: str
    words: str
    css: str


@dataclass(frozen=True, slots=True)
class Row:
    """One window in the table alternative."""

    clock: str
    succeeded: int
    failed: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template needs; `rows` are newest first and hold only windows in which something happened."""

    width: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    top: int
    starts: str
    middle: str
    ends: str
    summary: str
    rows: tuple[Row, ...]
    window: str


def draw(
    buckets: Iterable[Bucket],
    since: datetime,
    step_s: float,
    bars: int,
    moments: Sequence[tuple[datetime, str, str]] = (),
) -> Chart:
    """`bars` windows of `step_s` from `since`; `moments` are (time, words, css)."""
    counts = _counts(buckets, since, step_s, bars)
    top = max([_LEAST_TOP, *(sum(window) for window in counts)])
    until = since + timedelta(seconds=step_s * bars)
    clocks = [phrases.clock(since + timedelta(seconds=step_s * number)) for number in range(bars)]
    return Chart(
        width=bars * BAR_WIDTH,
        bars=tuple(
            _bar(number, bars, clocks[number], window, top) for number, window in enumerate(counts) if any(window)
        ),
        marks=_marks(moments, since, until, bars),
        top=top,
        starts=phrases.clock(since)[:5],
        middle=phrases.clock(since + (until - since) / 2)[:5],
        ends=phrases.clock(until)[:5],
        summary=_summary(counts, until - since),
        rows=tuple(Row(clocks[n], *counts[n]) for n in reversed(range(bars)) if any(counts[n])),
        window=phrases.lasting(step_s),
    )


def _counts(buckets: Iterable[Bucket], since: datetime, step_s: float, bars: int) -> list[tuple[int, int, int]]:
    """(succeeded, failed, rejected) of each window."""
    sums = [[0, 0, 0] for _ in range(bars)]
    for bucket in buckets:
        number = int((bucket.opened_at - since).total_seconds() // step_s)
        if 0 <= number < bars:
            sums[number][0] += bucket.total(Kind.SIGN_IN, Outcome.SUCCESS)
            sums[number][1] += bucket.total(Kind.SIGN_IN, Outcome.FAILURE)
            sums[number][2] += bucket.total(Kind.SESSION, Outcome.FAILURE)
    return [(succeeded, failed, rejected) for succeeded, failed, rejected in sums]


def _bar(number: int, bars: int, clock: str, window: tuple[int, int, int], top: int) -> Bar:
    parts, y = [], float(HEIGHT)
    for css, events in zip(("succeeded", "failed", "rejected"), window, strict=True):
        height = events / (top * _AIR) * HEIGHT
        y -= height
        if events:
            parts.append(Part(css, round(y, 2), round(height, 2)))
    label = f"{clock}: {window[0]} succeeded, {window[1]} failed, {window[2]} sessions rejected"
    css = "now" if number == bars - 1 else "past"
    return Bar(number * BAR_WIDTH + 1, BAR_WIDTH - 2, label, css, tuple(parts))


def _marks(
    moments: Sequence[tuple[datetime, str, str]], since: datetime, until: datetime, bars: int
) -> tuple[Mark, ...]:
    span = (until - since).total_seconds()
    shown = sorted((moment for moment in moments if since <= moment[0] <= until), key=lambda moment: moment[0])
    return tuple(
        Mark(
            round((at - since).total_seconds() / span * bars * BAR_WIDTH, 1),
            number,
            phrases.clock(at),
            words,
            css,
        )
        for number, (at, words, css) in enumerate(shown, start=1)
    )


def _summary(counts: Sequence[tuple[int, int, int]], span: timedelta) -> str:
    succeeded, failed, rejected = (sum(window[layer] for window in counts) for layer in range(3))
    return (
        f"{succeeded:,} sign-ins succeeded, {failed:,} failed and {rejected:,} sessions were rejected "
        f"in {phrases.lasting(span.total_seconds())}."
    )


def floor(at: datetime, step_s: float) -> datetime:
    """The start of the window that holds this moment."""
    return datetime.fromtimestamp(at.timestamp() // step_s * step_s, tz=UTC)
