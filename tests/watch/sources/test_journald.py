"""Entries of a real journal are stored once, whoever is killed; journalctl's end is told and it is started again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.log_line.options import LogOptions
from doorward.systems import system
from doorward.watch.sources import spool as spools
from doorward.watch.sources.asked import FIRST_S
from doorward.watch.sources.journald import Journald
from doorward.watch.sources.patience import Away
from doorward.watch.sources.spool import Spool, SpoolFull
from doorward.watch.sources.spooled import SpoolSource
from tests.services.journal import Journal

NOW = 1_800_000_000.0
FAILED = "Failed password for invalid user x from 203.0.113.9 port 1 ssh2"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.fixture
def reader(journal: Journal, spool: Spool) -> Iterator[Journald]:
    journal.write(NOW - FIRST_S - 60, ["too old"])
    made = reading(journal, spool)
    yield made
    made.close()


def reading(journal: Journal, spool: Spool, *units: str) -> Journald:
    return Journald(spool, units, journal.folder, clock=lambda: NOW)


def stored(spool: Spool) -> list[str]:
    lines = SpoolSource("door", spool).take(1 << 24).lines
    return [json.loads(line)["MESSAGE"] for line in lines if line is not None]


def steps(reader: Journald) -> None:
    """Step until it fails."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        reader.step()


def until(reader: Journald, spool: Spool, messages: list[str]) -> None:
    """Step until these are stored."""
    deadline = time.monotonic() + 30
    while stored(spool) != messages:
        assert time.monotonic() < deadline, stored(spool)
        reader.step()
        time.sleep(0.02)


def test_entries_are_followed_from_half_an_hour_ago_and_parsed(
    journal: Journal, spool: Spool, reader: Journald
) -> None:
    journal.write(NOW - 60, [FAILED, "Server listening on :: port 22."])
    until(reader, spool, [FAILED, "Server listening on :: port 22."])
    journal.write(NOW, ["one more"])
    until(reader, spool, [FAILED, "Server listening on :: port 22.", "one more"])
    parse = system("sshd").parser(LogOptions())
    line = SpoolSource("door", spool).take(1 << 24).lines[0]
    assert line is not None
    event = parse(line, "door")
    assert event is not None
    assert event.at.timestamp() == pytest.approx(NOW - 60, abs=1)


def test_whoever_comes_back_goes_on_after_the_last_entry(journal: Journal, spool: Spool, reader: Journald) -> None:
    journal.write(NOW - 60, ["one", "two"])
    until(reader, spool, ["one", "two"])
    reader.close()
    journal.write(NOW - 50, ["three"])
    spool.close()
    again = Spool(spool.directory)
    after = reading(journal, again)
    try:
        until(after, again, ["one", "two", "three"])
    finally:
        after.close()


def test_only_the_units_that_are_named_are_followed(journal: Journal, spool: Spool, reader: Journald) -> None:
    journal.write(NOW - 60, ["of ssh"])
    journal.write(NOW - 60, ["of cron"], unit="cron.service")
    journal.write(NOW - 60, ["of ssh again"])
    named = reading(journal, spool, "ssh")
    try:
        until(named, spool, ["of ssh", "of ssh again"])
    finally:
        named.close()


def test_what_was_read_and_not_stored_is_read_again(
    journal: Journal, spool: Spool, reader: Journald, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.step()
    journal.write(NOW - 60, ["one"])
    with monkeypatch.context() as full:
        full.setattr(spools, "MOST_WAITING_BYTES", 0)
        with pytest.raises(SpoolFull):
            steps(reader)
    until(reader, spool, ["one"])


def ended(reader: Journald) -> str:
    """What is told once it ended."""
    with pytest.raises(Away) as caught:
        steps(reader)
    return caught.value.what


def test_an_end_is_told_and_the_next_step_starts_it_again(tmp_path: Path, spool: Spool) -> None:
    program = tmp_path / "journalctl"
    program.write_text("#!/bin/sh\necho 'Failed to open files: nothing' >&2\necho more >&2\nexit 1\n")
    program.chmod(0o755)
    reader = Journald(spool, (), None, str(program), clock=lambda: NOW)
    assert ended(reader) == "journalctl ended: Failed to open files: nothing"
    line = {"__CURSOR": "s=1", "MESSAGE": "one"}
    program.write_text(f"#!/bin/sh\necho '{json.dumps(line)}'\nexit 3\n")
    assert ended(reader) == "journalctl ended: exit 3"
    assert (stored(spool), spool.position) == (["one"], "s=1")
    program.write_text('#!/bin/sh\nfor word in "$@"; do :; done; echo "$word" >&2\n')
    assert ended(reader) == "journalctl ended: --after-cursor=s=1"
    program.write_text("#!/bin/sh\necho 'no JSON'\nsleep 9\n")
    assert ended(reader) == "journalctl does not answer in JSON with a cursor"


def test_a_machine_without_it_is_told(spool: Spool) -> None:
    with pytest.raises(Away, match="journalctl is not installed"):
        Journald(spool, (), None, "no-such-journalctl").step()


def test_an_entry_that_is_too_long_is_left_out_and_the_next_one_is_stored(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "journalctl"
    line = json.dumps({"__CURSOR": "s=2", "MESSAGE": "next"})
    program.write_text(f"#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\\\0' x\necho\necho '{line}'\n")
    program.chmod(0o755)
    assert ended(Journald(spool, (), None, str(program))) == "journalctl ended: exit 0"
    assert (stored(spool), spool.position) == (["next"], "s=2")
