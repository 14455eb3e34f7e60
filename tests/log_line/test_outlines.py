"""An outline fits the lines that have its bytes, and no others."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.log_line.outlines import After, Outline, Words

HEAD = b"Mar  2 08:00:00 gate sshd[123]: "
FAILED = Outline(
    (
        (b"Failed password for ", After.NAME),
        (b" from ", After.WORD),
        (b" port ", After.NUMBER),
        (b" ssh2\n", After.NOTHING),
    )
)
SAME = re.compile(rb"Failed password for ([!-~]+) from [!-~]+ port \d{1,7} ssh2\n")


def _names(chunk: bytes, outline: Outline = FAILED, programs: tuple[bytes, ...] = (b"sshd",)) -> dict[int, bytes]:
    """By the number of the line."""
    words = Words(chunk)
    words.leave_other_programs(programs)
    lines, starts, ends = (places.tolist() for places in words.fitting(outline))
    return {line: chunk[start:end] for line, start, end in zip(lines, starts, ends, strict=True)}


def _line(name: str = "ada", address: str = "10.0.0.1", port: str = "22", head: bytes = HEAD) -> bytes:
    return head + f"Failed password for {name} from {address} port {port} ssh2\n".encode()


def test_lines_fit_whatever_their_name_and_numbers() -> None:
    chunk = _line() + HEAD + b"Invalid user ada from 10.0.0.1 port 22\n" + _line("grace", "2001:db8::1", "1234567")
    assert _names(chunk) == {0: b"ada", 2: b"grace"}


@pytest.mark.parametrize(
    "head", [HEAD, b"Mar 12 08:00:00 gate sshd[1]: ", b"2026-03-02T08:00:00Z gate sshd[1234567]: "]
)
def test_every_stamp_is_passed_over(head: bytes) -> None:
    assert _names(_line(head=head)) == {0: b"ada"}


@pytest.mark.parametrize(
    "line",
    [
        _line("ada b"),
        _line(""),
        _line("ada\t"),
        _line("ada\x7f\x80"),
        _line("é"),
        _line(address=""),
        _line(port=""),
        _line(port="12345678"),
        _line(port="2x"),
        _line()[:-2] + b"\n",
        _line()[:-1] + b" \n",
        _line(head=b"Mar  2 08:00:00  sshd[123]: "),
        _line(head=b"Mar  2 08:00:00 gate sshd[]: "),
        _line(head=b"Mar  2 08:00:00 gate sshd: "),
        _line(head=b"Mar  2 08:00:00 gate sshd[1]x: "),
        _line(head=b"Mar  2 08:00:00 gate cron[1]: "),
        b"\n",
        b"Failed password for \n",
    ],
)
def test_a_line_of_other_bytes_does_not_fit(line: bytes) -> None:
    assert _names(_line() + line + _line("grace")) == {0: b"ada", 2: b"grace"}


@given(st.lists(st.text("ab 1.:\t\x80", max_size=6), min_size=3, max_size=12))
def test_what_fits_is_what_an_expression_finds(pieces: list[str]) -> None:
    chunk = b"".join(_line(*three) for three in zip(pieces, pieces[1:], pieces[2:], strict=False))
    found = (SAME.fullmatch(line.removeprefix(HEAD)) for line in chunk.splitlines(keepends=True))
    assert _names(chunk) == {number: match[1] for number, match in enumerate(found) if match}


def test_lines_that_are_left_fit_nothing() -> None:
    words = Words(_line() * 3)
    words.leave(0, 2)
    assert words.fitting(FAILED)[0].tolist() == [2]


def test_chosen_lines_are_cut_out_whole() -> None:
    words = Words(b"a\nb c\n\nd\n")
    assert words.lines(np.array([False, True, False, True])) == b"b c\nd\n"


def test_a_name_is_two_numbers_of_its_first_sixteen_bytes() -> None:
    words = Words(b"ada grace-brewster\n")
    first, second = words.names(np.array([0, 4]), np.array([3, 18]))
    assert first.tolist() == [int.from_bytes(b"ada", "little"), int.from_bytes(b"grace-br", "little")]
    assert second.tolist() == [0, int.from_bytes(b"ewster", "little")]


def test_an_outline_that_is_long_or_begins_short_is_not_looked_for() -> None:
    assert FAILED.is_short
    assert not Outline(((b"Failed ", After.NOTHING),)).is_short
    assert not Outline(((b"x" * 500, After.NOTHING),)).is_short
