"""What an explanation counts and shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.explained import MOST_SAMPLES, MOST_SHAPES, explained, told

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def _reading(line: bytes) -> tuple[SignInEvent, str] | None:
    if line.startswith(b"broken"):
        raise ValueError("broken")
    if line.startswith(b"silent"):
        return None
    number = int(line)
    raw = str(number % 50)
    return SignInEvent(
        AT + timedelta(seconds=number), "door", Kind.SIGN_IN, Outcome.FAILURE, Reason.OTHER, raw
    ), "pattern"


def test_lines_are_counted_by_what_became_of_them_and_blank_ones_not_at_all() -> None:
    found = explained([b"1\n", b"\n", b"51\n", b"silent\n", b"broken\n"], _reading)
    assert (found.lines, found.events, found.silent, found.unparsed) == (4, 2, 1, 1)
    assert found.shapes == [(5, "6 bytes, not JSON")]
    assert found.last_at == AT + timedelta(seconds=51)


def test_samples_and_shapes_are_few_however_long_the_log() -> None:
    found = explained([b"%d\n" % number for number in range(500)] + [b"broken\n"] * 100, _reading)
    assert len(found.samples) == MOST_SAMPLES
    assert len(found.shapes) == MOST_SHAPES
    assert sum(found.meanings.values()) == 500


def test_a_log_without_events_is_told_without_a_table() -> None:
    assert list(told(explained([b"silent"], _reading), "own", "", {})) == [
        "1 lines of kind own: 0 events, 1 say nothing of sign-in, 0 did not parse"
    ]
