"""Entries and figures → what went well, what did not, and what people wrote down as a lesson. Facts, not blame.

People add a lesson by a note that begins with `Lesson:`; it is quoted as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from doorward.model.detection import Signal
from doorward.model.entry import ActionFailed, Asked, Entry, Noted
from doorward.review.document import Figure, Statement, number
from doorward.review.figures import detections, of_kind
from doorward.review.measures import DETECT_WITHIN_S, concluded, quoted_rules
from doorward.review.sentences import SIGNAL, ended

PREFIX = "lesson:"
Get = Callable[[str], Figure]


def lessons(entries: Sequence[Entry], figure: Get) -> tuple[Statement, ...]:
    """Every lesson, in the order of the story."""
    return (
        *_before_it_shipped(entries),
        *_noticing(entries, figure),
        *_trails(figure),
        *_answering(figure),
        *_recovering(entries, figure),
        *_written(entries),
    )


def _before_it_shipped(entries: Sequence[Entry]) -> Iterator[Statement]:
    cause = concluded(entries)
    rules = quoted_rules(cause[1]) if cause else ()
    if cause and rules:
        text = f"It need not have happened: `doorward check` finds {', '.join(rules)} in the change before it ships."
        yield Statement(text, (cause[0].seq,))


def _noticing(entries: Sequence[Entry], figure: Get) -> Iterator[Statement]:
    took = figure("time_to_detect_s")
    first = min(detections(entries), key=lambda found: found[1].detection.detected_at)
    if first[1].detection.signal is Signal.SUPPORT_INQUIRIES:
        yield Statement("People who wrote to support noticed before any detector did.", (first[0].seq,))
        return
    sign = SIGNAL[first[1].detection.signal]
    if isinstance(took.value, float) and took.value < 0:
        yield Statement(f"It was noticed by {sign}, before anybody was hurt.", took.sources)
    elif isinstance(took.value, float):
        aim = f"the aim is {DETECT_WITHIN_S:.0f} s"
        yield Statement(f"It was noticed by {sign}, not by complaints: after {took.text} ({aim}).", took.sources)


def _trails(figure: Get) -> Iterator[Statement]:
    ruled_out, took = figure("causes_ruled_out"), figure("time_to_diagnose_s")
    if ruled_out.value and took.value is not None:
        text = f"Tests closed {ruled_out.text} wrong trails; the cause stood {took.text} after the detection."
        yield Statement(text, ruled_out.sources)
    elif took.value is None:
        yield Statement("The cause was not found while the incident lasted.", ruled_out.sources)


def _answering(figure: Get) -> Iterator[Statement]:
    took, failed, relapses = figure("time_to_acknowledge_s"), figure("attempts_failed"), figure("relapses")
    if took.value is None and figure("pages_owed").value:
        yield Statement("Nobody acknowledged the pages.", figure("pages_owed").sources)
    if failed.value:
        text = f"Not every page was taken at once ({failed.text} failed): it was kept and tried again."
        yield Statement(text, failed.sources)
    owed, arrived = figure("pages_owed"), figure("pages_delivered")
    if isinstance(owed.value, int) and isinstance(arrived.value, int) and arrived.value < owed.value:
        missing = number(owed.value - arrived.value, "page", "pages")
        yield Statement(f"{missing} of {owed.text} never arrived, as far as the log goes.", owed.sources)
    if relapses.value:
        yield Statement(f"It came back after it had recovered ({relapses.text}×).", relapses.sources)


def _recovering(entries: Sequence[Entry], figure: Get) -> Iterator[Statement]:
    cleared, kept = figure("sessions_cleared"), figure("sessions_kept")
    if cleared.value and kept.value is not None:
        text = (
            f"Only sessions that could not be used any more were ended ({cleared.text}); {kept.text} were left alone."
        )
        yield Statement(text, tuple(dict.fromkeys(cleared.sources + kept.sources)))
    for entry, body in of_kind(entries, ActionFailed):
        yield Statement(f"Step {body.step} of the recovery failed: {ended(body.detail)}", (entry.seq,))
    asked = tuple(entry.seq for entry, _ in of_kind(entries, Asked))
    if asked:
        yield Statement("The recovery could not go on without a person's decision.", asked)


def _written(entries: Sequence[Entry]) -> Iterator[Statement]:
    for entry, body in of_kind(entries, Noted):
        if body.text.strip().lower().startswith(PREFIX):
            text = body.text.strip()[len(PREFIX) :].strip()
            yield Statement(text[:1].upper() + text[1:], (entry.seq,))
