"""Lines are of a known sort if they have its bytes, and of none if anything else is in them."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.log_line import forms_known
from doorward.log_line.forms import Roles
from doorward.log_line.forms_known import Known, Lines, Meaning, Reader

ROLES = Roles("time", ("person",), frozenset({"event"}))
END = b"x" * 600 + b"\n"


def _meaning(line: bytes) -> Meaning:
    if b'"event":"odd"' in line:
        raise ValueError("odd")
    return Meaning(line[line.index(b"event") :].split(b'"')[2].decode())


READER = Reader(ROLES, _meaning, lambda _stamp: 0.0)


def _line(event: str = "sign-in", person: str = "0123456789abcdef", agent: str = "fox", second: int = 0) -> bytes:
    stamp = f"2026-03-02T08:00:{second:02}Z"
    return f'{{"time":"{stamp}","event":"{event}","person":"{person}","agent":"{agent}"}}'.encode()


def _told(known: Known, lines: list[bytes]) -> list[str | None]:
    chunk = b"\n".join((*lines, END))
    made = Lines(chunk)
    numbers = np.flatnonzero(~made.is_odd)
    sorts, _ = known.find(made, numbers)
    told = dict(
        zip(numbers.tolist(), (known.meanings[known.meaning_of[sort]][0].verdict for sort in sorts), strict=True)
    )
    return [told.get(number) for number in range(len(lines))]


def test_lines_alike_but_for_who_and_when_mean_what_the_first_does() -> None:
    known = Known(READER)
    assert known.learn([_line(), _line("session")])
    assert not known.learn([_line(person="fedcba9876543210")])
    lines = [_line(second=7, person="fedcba9876543210", agent="cat"), _line("session"), _line("sign-up"), _line("odd")]
    assert _told(known, lines) == ["sign-in", "session", None, None]


@pytest.fixture(params=[False, True], ids=["told apart", "all alike"])
def marks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are; and as if all lines were looked up by the same number."""
    if request.param:
        monkeypatch.setattr(forms_known, "_SPREAD", np.zeros_like(forms_known._SPREAD))
        monkeypatch.setattr(forms_known, "_LENGTH", np.uint64(0))


@pytest.mark.usefixtures("marks")
@pytest.mark.parametrize(
    "line",
    [
        _line(agent='f"x'),
        _line(agent="f\\x"),
        _line(agent="f\nx"),
        _line(agent="f\x00x"),
        _line(agent="f\x80x"),
        _line(agent="foxy"),
        _line("session"),
        _line().replace(b"fox", b'"ox').replace(b'agent"', b"agentx"),
        _line()[:-1] + b"]",
        _line()[:-1],
        _line() + b" ",
        _line().replace(b"agent", b"trick"),
        b"",
    ],
)
def test_a_line_of_other_bytes_is_of_no_sort(line: bytes) -> None:
    known = Known(READER)
    known.learn([_line()])
    assert set(_told(known, [line])) == {None}
    assert _told(known, [_line(), *line.split(b"\n"), _line()])[:: 1 + len(line.split(b"\n"))] == ["sign-in", "sign-in"]


def test_what_cannot_be_read_is_not_learned() -> None:
    known = Known(READER)
    assert not known.learn([_line("odd"), b"{}", b"x"])
    assert _told(known, [_line("odd")]) == [None]


def test_longer_lines_are_learned_later() -> None:
    known = Known(READER)
    known.learn([_line()])
    known.learn([_line("a-much-longer-event", agent="a much longer agent")])
    assert (
        _told(known, [_line(), _line("a-much-longer-event", agent="a much longer again")])[1] == "a-much-longer-event"
    )


def test_no_more_sorts_are_learned_than_there_is_room_for() -> None:
    known = Known(READER)
    while known.learn([_line(f"event-{len(known.meanings):05}")]):
        pass
    assert known.is_full


def test_the_lines_that_are_chosen_are_cut_out_whole() -> None:
    lines = Lines(b"a\nbc\n\nd\n")
    assert lines.lines(np.array([False, True, True, False])) == b"bc\n\n"
    assert lines.line(1) == b"bc"
