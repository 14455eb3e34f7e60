"""The follower tells each line exactly once and in order, whatever is done to the log."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.cursor import Cursor, decode, fingerprint
from doorward.watch.follow import LONGEST_LINE, Follower

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def parse(line: bytes, component: str) -> SignInEvent | None:
    """A line of the test log is `number: anything`; `!` does not parse, `-` says nothing."""
    if line.startswith(b"!"):
        raise ValueError("not a line")
    if line.startswith(b"-"):
        return None
    return SignInEvent(NOON, component, Kind.SESSION, Outcome.SUCCESS, Reason.OK, reason_raw=line.decode())


class Log:
    """A log file as a service writes and a rotation tool turns it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "auth.jsonl"
        self.written: list[str] = []

    def write(self, text: str) -> None:
        with self.path.open("a") as file:
            file.write(text)

    def line(self) -> None:
        name = f"{len(self.written)}: " + "x" * (len(self.written) * 37 % 90)
        self.written.append(name)
        self.write(f"{name}\n")

    def _shift(self) -> None:
        for number in range(8, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            if older.exists():
                older.rename(self.path.with_name(f"{self.path.name}.{number + 1}"))

    def rename(self) -> None:
        if self.path.exists():
            self._shift()
            self.path.rename(self.path.with_name(f"{self.path.name}.1"))

    def copy_and_truncate(self) -> None:
        if self.path.exists():
            self._shift()
            self.path.with_name(f"{self.path.name}.1").write_bytes(self.path.read_bytes())
            os.truncate(self.path, 0)


def told(follower: Follower, limit: int = 1 << 20) -> list[str]:
    """Everything that one poll tells."""
    return [event.reason_raw for event in follower.poll(limit).events]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_an_inode_given_to_the_next_log_is_not_taken_for_the_log_before(log: Log) -> None:
    rotated = log.path.with_name("auth.jsonl.1")
    rotated.write_text("1: next\n")
    log.path.write_text("2: newest\n")
    gone = fingerprint(b"0: of the log before\n")
    inode = rotated.stat().st_ino
    cursor = Cursor(str(log.path), 0, 30, gone, 20, previous=inode, previous_fingerprint=gone, previous_bytes=20)
    assert told(Follower(log.path, "auth", parse, cursor)) == ["1: next", "2: newest"]


def test_a_log_that_does_not_exist_yet_is_waited_for(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    assert told(follower) == []
    log.line()
    assert told(follower) == log.written
    assert told(follower) == []


def test_a_log_that_appears_and_is_rotated_between_polls_is_read_from_its_first_line(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    follower.poll()
    log.line()
    log.rename()
    log.line()
    assert told(follower) == log.written


def test_an_unfinished_line_is_told_once_it_is_finished(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    log.write("0: begun")
    assert told(follower) == []
    log.write(" and ended\n")
    assert told(follower) == ["0: begun and ended"]


def test_the_renamed_file_is_read_to_its_end_first_with_its_unfinished_line(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    log.line()
    follower.poll()
    log.line()
    log.write("last words")
    log.rename()
    log.line()
    assert told(follower) == [log.written[1], "last words", log.written[2]]


def test_the_copy_of_a_truncated_log_is_read_on_from_where_the_log_was(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    log.line()
    assert told(follower) == log.written
    log.line()
    log.copy_and_truncate()
    log.line()
    log.line()
    log.line()
    assert told(follower) == log.written[1:]


def test_two_rotations_between_polls_lose_nothing_while_the_file_is_held_open(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    log.line()
    follower.poll()
    log.line()
    log.rename()
    log.line()
    log.rename()
    log.line()
    assert told(follower) == log.written[1:]


def test_a_truncated_log_without_a_copy_is_read_from_its_start_even_if_it_has_grown_past_the_cursor(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    log.line()
    follower.poll()
    os.truncate(log.path, 0)
    for _ in range(4):
        log.line()
    assert told(follower) == log.written[1:]


def test_lines_that_do_not_parse_are_counted_and_sampled_by_their_shape_only(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    log.write('!{"person": "erika"}\n-nothing of sign-in\n0: fine\n')
    batch = follower.poll()
    assert (batch.lines, batch.unparsed, len(batch.events)) == (3, 1, 1)
    assert batch.unparsed_samples == ("20 bytes, not JSON",)


@pytest.mark.parametrize("polls_between", [True, False])
def test_a_line_too_long_is_counted_once_and_the_next_one_is_told(log: Log, polls_between: bool) -> None:
    follower = Follower(log.path, "auth", parse)
    unparsed = 0
    for _ in range(3):
        log.write("y" * LONGEST_LINE)
        if polls_between:
            unparsed += follower.poll().unparsed
            follower = Follower(log.path, "auth", parse, follower.cursor)
    log.write("\n0: next\n")
    batch = follower.poll()
    assert [event.reason_raw for event in batch.events] == ["0: next"]
    assert unparsed + batch.unparsed == 1


def test_a_poll_stops_near_its_limit_and_says_that_there_is_more(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    for _ in range(5000):
        log.line()
    first = follower.poll(1)
    assert first.more
    assert 0 < first.lines < 5000
    rest: list[str] = []
    while len(rest) + first.lines < 5000:
        rest += told(follower, 1)
    assert [event.reason_raw for event in first.events] + rest == log.written


def test_a_cursor_survives_being_stored_as_text(log: Log) -> None:
    follower = Follower(log.path, "auth", parse)
    log.line()
    cursor = follower.poll().cursor
    assert decode(cursor.encode()) == cursor


STEPS = st.lists(
    st.sampled_from(["line", "line", "line", "part", "rename", "copy", "truncate", "poll", "poll", "restart", "crash"]),
    max_size=40,
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_order_of_writes_rotations_polls_and_restarts_tells_each_line_once_and_in_order(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        run = _Run(Log(Path(directory)))
        for step in steps:
            run.step(step)
        run.finish()


class _Run:
    """One interleaving. Rotations that nobody could follow (two without a poll between) are given a poll first."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.follower = Follower(log.path, "auth", parse)
        self.follower.poll()
        self.stored = self.follower.cursor
        self.told: list[str] = []
        self.kept = 0
        self.rotated = False

    def step(self, step: str) -> None:
        if step in ("rename", "copy"):
            self._rotate(step)
        elif step == "truncate":
            self.poll()
            if self.log.path.exists():
                os.truncate(self.log.path, 0)
        elif step == "restart":
            self.follower.close()
            self.follower = Follower(self.log.path, "auth", parse, self.stored)
        elif step == "crash":
            self._crash()
        elif step == "part":
            self._part()
        else:
            {"line": self.log.line, "poll": self.poll}[step]()

    def poll(self) -> None:
        self.told += told(self.follower)
        self.stored, self.kept, self.rotated = self.follower.cursor, len(self.told), False

    def _rotate(self, step: str) -> None:
        if self.rotated:
            self.poll()
        self.rotated = self.log.path.exists()
        (self.log.rename if step == "rename" else self.log.copy_and_truncate)()

    def _crash(self) -> None:
        """A poll whose events were not stored: they are told again from the stored cursor."""
        if not self.rotated:
            told(self.follower)
        self.follower.close()
        self.follower = Follower(self.log.path, "auth", parse, self.stored)

    def _part(self) -> None:
        name = f"{len(self.log.written)}: in two parts"
        self.log.write(name[:5])
        self.poll()
        self.log.write(f"{name[5:]}\n")
        self.log.written.append(name)

    def finish(self) -> None:
        self.poll()
        self.follower.close()
        assert self.told == self.log.written
