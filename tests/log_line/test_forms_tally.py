"""Lines that are counted by their forms come to what the parser reads, whatever the lines."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.log_line.forms import Roles
from doorward.log_line.forms_known import Meaning, Reader
from doorward.log_line.forms_tally import Forms
from doorward.log_line.tally import Tallied
from doorward.systems.school.log import parse
from doorward.systems.school.tally import SchoolTally
from tests.log_line.read_by_parser import by_parser, told

_BASES = (
    '{{"time":"{time}","service":"auth","event":"{event}","config":"4c301ec2f770","worker":{pid},"synthetic":{probe},'
    '"person":"{a}","session":"{b}","source":"{c}","client":"{client}","agent":"{agent}","outcome":"{outcome}",'
    '"reason":"{reason}"}}',
    '{{"time":"{time}","service":"auth","event":"request","config":"4c301ec2f770","worker":{pid},"synthetic":{probe},'
    '"route":"{agent}","method":"GET","status":{status},"ms":{ms},"source":"{c}","person":null}}',
    '{{"time": "{time}", "event": "token", "synthetic": {probe}, "outcome": "issued", "client": "{client}"}}',
    '{{"time":"{time}","event":"error","route":"{agent}","person":"","session":null,"source":"{c}","ms":{ms}}}',
    '{{"time":"{time}","event":"backup","ms":{ms},"person":"{a}"}}',
)
_PIECES = ('"', "\\", "\n", ",", "}", "{", ":", "\x00", "\x7f", "é", " ", "0", "9", ".", "-", "e5", "null", "[]", '\\"')
_SWAPS = (
    ('"session"', '"person"'),
    ('"agent"', '"client"'),
    ('"route":"', '"route":5,"x":"'),
    ("null", "true"),
    ("true", "false"),
    ("Z", "z"),
    ("Z", "+00:00"),
    ("T08:", "T24:"),
    (":00.", ":60."),
    ("2026-03-02", "2026-02-30"),
    ("2026", "0001"),
    ('"ms":', '"ms":0'),
    ('"ms":1', '"ms":.'),
    ('"ms":', '"ms":"'),
    ('"status":', '"status":1'),
    ('","', '","x":{"y":[1]},"'),
    ('"worker":2', '"worker":-'),
    ("}", "}{}"),
    ("fox", 'f"x'),
)


def _line(chance: random.Random, base: str) -> str:
    """A line as the school may write it."""
    marks = {name: f"{chance.randrange(40):016x}" for name in "abc"}
    second = f"{chance.randrange(40):02}.{chance.randrange(1000):03}"
    return base.format(
        **marks,
        time=f"2026-03-02T08:00:{second}Z",
        event=chance.choice(("sign-in", "session", "sign-out")),
        pid=chance.choice((27084, 31200)),
        probe="true" if chance.random() < 0.1 else "false",
        client=chance.choice(("portal", "library")),
        agent=chance.choice(("fox", "cat")),
        outcome=chance.choice(("succeeded", "failed")),
        reason="ok",
        status=chance.choice((200, 502)),
        ms=chance.choice(("13.7", "0.5", "104.2", "7", "0", "10")),
    )


def _damaged(chance: random.Random, line: str) -> str:
    for _ in range(chance.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2))):
        if chance.random() < 0.5:
            line = line.replace(*chance.choice(_SWAPS), 1)
        else:
            at = chance.randrange(len(line))
            line = line[:at] + chance.choice(_PIECES) + line[at + chance.choice((0, 1, 1, 1, 2, 16)) :]
    return line


def _chunk(seed: int, number: int, is_damaged: bool) -> bytes:
    chance = random.Random(seed)
    lines = [_line(chance, chance.choice(_BASES)) for _ in range(number)]
    return "".join(f"{_damaged(chance, line) if is_damaged else line}\n" for line in lines).encode()


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 80), st.sampled_from([10.0, 1.0, 0.5, 30.0, 7.0]))
def test_whatever_is_known_lines_come_to_what_the_parser_reads(seed: int, number: int, width_s: float) -> None:
    tally = SchoolTally(least_bytes=0)
    for part in range(4):
        chunk = _chunk(seed + part, 150 if part < 2 else number, is_damaged=part > 1)
        assert told(parse, tally(chunk, width_s), width_s) == by_parser(parse, chunk.split(b"\n"), width_s)


def _forms(meaning: Meaning | None = None) -> Forms:
    roles = Roles("time", ("person",), frozenset({"event"}))

    def read(line: bytes) -> Meaning:
        if not line.startswith(b'{"time"'):
            raise ValueError("no line of ours")
        return meaning or Meaning(line.split(b'"event":"')[1].split(b'"')[0].decode())

    return Forms(Reader(roles, read, lambda stamp: datetime.fromisoformat(stamp.decode()).timestamp()), 0)


def _lines(number: int, event: str = "sign-in", end: str = "") -> bytes:
    return b"".join(
        f'{{"time":"2026-03-02T08:00:{at % 60:02}Z","event":"{event}","person":"{at:016}"{end}}}\n'.encode()
        for at in range(number)
    )


_LAST = b"x" * 600 + b"\n"


def test_lines_of_a_form_are_counted_by_window_and_the_last_is_left() -> None:
    tallied = Tallied()
    assert _forms().count(_lines(60) + _LAST, 30.0, tallied) == _LAST
    assert list(tallied.counts.values()) == [30, 30]
    assert [len(marks) for marks in tallied.marks.values()] == [480, 480]


@pytest.mark.parametrize(
    ("meaning", "told"), [(Meaning(None), (60, 0)), (Meaning("x", None, True), (0, 60)), (Meaning("x"), (0, 0))]
)
def test_what_means_nothing_is_silent_and_a_probe_is_told_apart(meaning: Meaning, told: tuple[int, int]) -> None:
    tallied = Tallied()
    _forms(meaning).count(_lines(60) + _LAST, 60.0, tallied)
    assert (tallied.silent, tallied.probes) == told


def test_ever_new_values_are_left_and_looked_at_less_and_less() -> None:
    forms, looked = _forms(), 0
    for number in range(40):
        lines = b"".join(_lines(1, f"event-{number:04}-{at:04}") for at in range(40)) + _LAST
        # The first line of a new make is learned.
        assert forms.count(lines, 10.0, Tallied()).count(b"\n") >= 40
    for _ in range(64):
        looked += forms.count(_lines(60) + _LAST, 10.0, Tallied()) == _LAST
    assert 0 < looked < 64


def test_a_log_whose_lines_change_their_make_is_learned_anew() -> None:
    forms, tallied = _forms(), Tallied()
    for number in range(3):
        forms.count(_lines(60, end=f',"made":"{"x" * number}","more":{number}') + _LAST, 60.0, tallied)
    assert sum(tallied.counts.values()) == 180


def test_lines_of_which_the_second_does_not_tell_the_window_are_left() -> None:
    chunk = _lines(60).replace(b"Z", b".5Z") + _LAST
    assert _forms().count(chunk, 0.3, Tallied()) == chunk
    assert _forms().count(chunk, 1.0, Tallied()) == _LAST
