"""The follower tells each line exactly once and in order, whatever is done to the log."""

from __future__ import annotations

import gzip
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

# As many archives as are kept: none of them goes within these tests.
KEPT = 29
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
        for number in range(KEPT - 1, 0, -1):
            for packed in ("", ".gz"):
                older = self.path.with_name(f"{self.path.name}.{number}{packed}")
                if older.exists():
                    older.rename(self.path.with_name(f"{self.path.name}.{number + 1}{packed}"))

    def pack(self, number: int) -> None:
        """As `gzip` does it: the packed file is whole before the plain one goes."""
        plain = self.path.with_name(f"{self.path.name}.{number}")
        if plain.exists():
            plain.with_name(f"{plain.name}.gz").write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
            plain.unlink()

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
    cursor = Cursor(str(log.path), rotated.stat().st_ino, 20, gone, 20, seen=())
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


@pytest.mark.parametrize("delayed", [False, True], ids=["compress", "delaycompress"])
def test_rotations_that_were_packed_while_nobody_read_lose_nothing(log: Log, delayed: bool) -> None:
    follower = Follower(log.path, "auth", parse)
    log.line()
    cursor = follower.place()
    for _ in range(3):
        log.line()
        log.rename()
        log.pack(2 if delayed else 1)
        log.line()
    assert told(Follower(log.path, "auth", parse, cursor)) == log.written


def test_a_packed_log_is_read_on_from_the_middle_by_whoever_comes_back(log: Log) -> None:
    for _ in range(3000):
        log.line()
    follower = Follower(log.path, "auth", parse)
    found = told(follower, 1)
    log.rename()
    log.pack(1)
    while len(found) < 3000:
        assert follower.cursor is not None
        follower = Follower(log.path, "auth", parse, decode(follower.cursor.encode()))
        found += told(follower, 1)
    assert found == log.written


def test_a_place_that_is_stored_before_anything_was_read_outlives_a_rotation(log: Log) -> None:
    log.line()
    log.rename()
    log.line()
    place = Follower(log.path, "auth", parse).place()
    log.rename()
    log.pack(1)
    log.line()
    assert told(Follower(log.path, "auth", parse, place)) == log.written[1:]


def test_archives_that_were_there_before_are_the_past_also_when_one_was_removed(log: Log) -> None:
    for _ in range(3):
        log.line()
        log.rename()
    log.line()
    follower = Follower(log.path, "auth", parse)
    assert told(follower) == log.written[3:]
    log.path.with_name("auth.jsonl.1").unlink()
    log.path.unlink()
    log.line()
    assert told(follower) == log.written[4:]


def test_what_workers_still_write_to_the_renamed_log_is_told_before_the_new_one(log: Log) -> None:
    follower = Follower(log.path, "auth", parse, settled_after_s=60.0)
    log.line()
    assert told(follower) == log.written
    log.rename()
    log.write("1: in the new one\n")
    rotated = log.path.with_name("auth.jsonl.1")
    with rotated.open("a") as late:
        late.write("0: late\n")
    assert told(follower) == ["0: late"]
    os.utime(rotated, (0, 0))
    assert told(follower) == ["1: in the new one"]


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


TURNS = ["rename", "copy", "truncate", "pack", "pack-older"]
STEPS = st.lists(
    st.sampled_from(["line", "line", "line", "part", *TURNS, "poll", "poll", "bit", "restart", "crash"]), max_size=40
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_order_of_writes_rotations_polls_and_restarts_tells_each_line_once_and_in_order(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        run = _Run(Log(Path(directory)))
        for step in steps:
            run.step(step)
        run.finish()


class _Run:
    """One interleaving of a log that turns, is packed and emptied, and a follower that is restarted and killed.

    Its first place is stored before it reads. What is emptied without a copy is polled first: nobody could follow that.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.follower = Follower(log.path, "auth", parse)
        self.stored = self.follower.place()
        self.told: list[str] = []

    def step(self, step: str) -> None:
        log = self.log
        steps = {
            "line": log.line,
            "part": self._part,
            "rename": log.rename,
            "copy": log.copy_and_truncate,
            "truncate": self._truncate,
            "pack": lambda: log.pack(1),
            "pack-older": lambda: log.pack(2),
            "poll": self.poll,
            "bit": lambda: self.poll(1),
            "restart": self.restart,
            "crash": self._crash,
        }
        steps[step]()

    def poll(self, limit: int = 1 << 20) -> None:
        """Tell, and store what was told with its cursor."""
        self.told += told(self.follower, limit)
        assert self.follower.cursor is not None
        self.stored = self.follower.cursor

    def restart(self) -> None:
        self.follower.close()
        self.follower = Follower(self.log.path, "auth", parse, decode(self.stored.encode()))

    def _truncate(self) -> None:
        self.poll()
        if self.log.path.exists():
            os.truncate(self.log.path, 0)

    def _crash(self) -> None:
        """A poll whose events were not stored: they are told again from the stored cursor."""
        told(self.follower)
        self.restart()

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
