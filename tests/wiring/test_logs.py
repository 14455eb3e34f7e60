"""Logs are read once and counted once, whatever the database, the rotation and the lines are like."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doorward.errors import InputInvalid, StoreUnavailable
from doorward.settings import Settings
from doorward.store import watching
from doorward.watch import Counting, Partial, buckets
from doorward.wiring.logs import PAST, TOLD_FOR, Logs
from tests.wiring.cases import at, line, locked, settings_of

PORTAL = {"name": "portal", "role": "client", "kind": "school", "log": "logs/portal.jsonl"}


@pytest.fixture
def settings(store: Path) -> Settings:
    """Two components whose logs lie in `site/logs`."""
    (store.parent / "site/logs").mkdir(parents=True)
    return settings_of(store.parent, {"log": "logs/auth.jsonl"}, (PORTAL,))


@pytest.fixture
def log(settings: Settings) -> Path:
    """The log of the sign-in, empty."""
    path = settings.directory / "logs/auth.jsonl"
    path.touch()
    return path


def write(path: Path, *lines: bytes) -> None:
    with path.open("ab") as file:
        file.writelines(lines)


def counted(component: str = "auth") -> int:
    return sum(sum(bucket.counts.values()) for bucket in watching.buckets(component, at(-3600)))


def test_each_line_is_told_once_and_in_the_order_of_its_time(settings: Settings, log: Path) -> None:
    logs = Logs(settings)
    write(log, line(at(1)), line(at(3)))
    write(log.with_name("portal.jsonl"), line(at(2)))
    assert [(e.component, e.at) for e in logs.poll()] == [("auth", at(1)), ("portal", at(2)), ("auth", at(3))]
    assert logs.poll() == ()
    write(log, line(at(4)))
    assert [e.at for e in logs.poll()] == [at(4)]


def test_what_was_committed_is_not_counted_again_by_the_next_process(settings: Settings, log: Path) -> None:
    logs = Logs(settings)
    write(log, line(at(1)), line(at(2)))
    logs.poll()
    logs.commit()
    logs.commit()
    assert counted() == 2
    write(log, line(at(3)))
    after = Logs(settings)
    assert [e.at for e in after.poll()] == [at(3)]
    after.commit()
    assert counted() == 3


def test_live_counts_are_those_of_a_batch_and_late_lines_are_folded_in(settings: Settings, log: Path) -> None:
    logs, batch = Logs(settings), Partial("auth", Counting("school"))
    late = (line(at(50)), line(at(0), person="late"), line(at(-7200), person="later"), line(at(51), synthetic=True))
    for lines in ((line(at(1)), line(at(2), outcome="failed", reason="csrf")), late, (b"broken\n", line(at(1)))):
        write(log, *lines)
        logs.poll()
        logs.commit()
        batch.add_lines(b"".join(lines))
    stored = {b.opened_at: b.counts for b in watching.buckets("auth", at(-86400))}
    assert stored == {bucket.opened_at: bucket.counts for bucket in buckets(batch)}
    assert sum(sum(counts.values()) for counts in stored.values()) == 6


def test_what_was_polled_and_not_committed_is_read_again_by_the_next_process(settings: Settings, log: Path) -> None:
    write(log, line(at(1)), line(at(2)))
    assert len(Logs(settings).poll()) == 2
    after = Logs(settings)
    assert len(after.poll()) == 2
    after.commit()
    assert counted() == 2


@pytest.mark.parametrize("packed", [False, True], ids=["renamed", "packed"])
def test_what_was_read_and_never_committed_is_found_again_after_a_rotation(
    settings: Settings, log: Path, packed: bool
) -> None:
    write(log, line(at(1)), line(at(2)))
    assert len(Logs(settings).poll()) == 2
    rotated = log.rename(log.with_name("auth.jsonl.1"))
    os.utime(rotated, (0, 0))
    if packed:
        rotated.with_name("auth.jsonl.1.gz").write_bytes(gzip.compress(rotated.read_bytes()))
        rotated.unlink()
    write(log, line(at(3)))
    after = Logs(settings)
    assert len(after.poll()) == 3
    after.commit()
    assert counted() == 3


def test_a_new_log_waits_until_its_beginning_can_be_stored(settings: Settings, store: Path, log: Path) -> None:
    write(log, line(at(1)))
    logs = Logs(settings)
    with locked(store):
        assert logs.poll() == ()
    assert [e.at for e in logs.poll()] == [at(1)]


def test_counts_wait_for_a_locked_database_and_are_stored_exactly_once(
    settings: Settings, store: Path, log: Path
) -> None:
    logs = Logs(settings)
    write(log, line(at(1)))
    logs.poll()
    with locked(store):
        for seconds in (2, 3):
            with pytest.raises(StoreUnavailable):
                logs.commit()
            write(log, line(at(seconds)))
            logs.poll()
    assert counted() == 0
    logs.commit()
    logs.commit()
    assert counted() == 3
    assert Logs(settings).poll() == ()


def test_a_start_reads_the_recent_past_again_up_to_the_cursor_and_no_further(settings: Settings, log: Path) -> None:
    logs = Logs(settings)
    old = at(0) - PAST - timedelta(seconds=1)
    write(log, line(old), line(at(-2)), line(at(-1)))
    logs.poll()
    logs.commit()
    write(log, line(at(0)))
    after = Logs(settings)
    assert [e.at for e in after.past(at(0))] == [at(-2), at(-1)]
    assert [e.at for e in after.poll()] == [at(0)]


def test_the_past_reaches_into_the_log_that_was_rotated(settings: Settings, log: Path) -> None:
    logs = Logs(settings)
    write(log, line(at(-3)))
    logs.poll()
    rotated = log.with_name("auth.jsonl.1")
    os.rename(log, rotated)
    # Nobody writes to it any more.
    os.utime(rotated, (0, 0))
    write(log, line(at(-2)))
    logs.poll()
    logs.commit()
    write(log, line(at(-1)))
    assert [e.at for e in Logs(settings).past(at(0))] == [at(-3), at(-2)]


def test_a_first_start_has_no_past(settings: Settings, log: Path) -> None:
    write(log, line(at(-1)))
    assert Logs(settings).past(at(0)) == ()


def test_history_reads_over_a_rotation_and_skips_what_does_not_parse(settings: Settings, log: Path) -> None:
    write(log.with_name("auth.jsonl.1"), line(at(-9)), line(at(1)), b"broken\n")
    write(log, line(at(2)), line(at(3), "static-file"), line(at(4)))
    logs = Logs(settings)
    assert [e.at for e in logs.history(settings.component[0], at(0))] == [at(1), at(2), at(4)]
    assert [e.at for e in logs.history(settings.component[0], at(3))] == [at(4)]


def test_a_component_that_never_wrote_has_no_history(settings: Settings) -> None:
    assert Logs(settings).history(settings.component[1], at(0)) == ()


def test_a_component_without_a_log_is_not_followed(store: Path) -> None:
    assert Logs(settings_of(store.parent)).names == ()


def test_lines_that_do_not_parse_are_told_by_their_shape_for_a_while(settings: Settings, log: Path) -> None:
    logs = Logs(settings)
    assert logs.trouble(datetime.now(UTC)) == ""
    write(log, line(at(1)), b'{"time": "soon", "person": "ada.byron"}\n')
    assert len(logs.poll()) == 1
    told = logs.trouble(datetime.now(UTC))
    assert "1 lines of the log of auth did not parse" in told
    assert "JSON object: time=str(4) person=str(9)" in told
    assert "ada" not in told
    assert logs.trouble(datetime.now(UTC) + TOLD_FOR + timedelta(seconds=1)) == ""


def test_broken_lines_move_the_cursor_all_the_same(settings: Settings, log: Path) -> None:
    logs = Logs(settings)
    write(log, b"broken\n")
    logs.poll()
    logs.commit()
    after = Logs(settings)
    after.poll()
    assert after.unparsed["auth"] == 0


def test_a_log_that_cannot_be_read_is_told_and_the_others_are_followed(settings: Settings, log: Path) -> None:
    logs = Logs(settings)
    log.unlink()
    log.mkdir()
    portal = log.with_name("portal.jsonl")
    write(portal, line(at(1)))
    assert [e.component for e in logs.poll()] == ["portal"]
    with pytest.raises(InputInvalid, match="the log of auth cannot be read"):
        logs.trouble(datetime.now(UTC))
    log.rmdir()
    write(log, line(at(2)))
    assert [e.component for e in logs.poll()] == ["auth"]
    assert logs.trouble(datetime.now(UTC)) == ""


def test_a_poll_that_stops_at_its_limit_says_that_it_is_behind(
    settings: Settings, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorward.wiring.logs.POLL_BYTES", 1)
    logs = Logs(settings)
    big = line(at(1), agent="x" * 60_000)
    write(log, big, big, big)
    polled = [len(logs.poll())]
    assert logs.is_behind
    while logs.is_behind:
        polled.append(len(logs.poll()))
    assert sum(polled) == 3
    assert not logs.is_behind
