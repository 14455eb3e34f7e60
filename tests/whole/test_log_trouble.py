"""A followed log is rotated, truncated and holds lines that do not parse, while `doorward run` reads it."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.whole.guarded import Site, site, until, written

pytestmark = pytest.mark.xdist_group("whole")

BROKEN = b'{"time": "yesterday", "password": "hunter2-of-anna"}\nnot a line at all: hunter2-of-anna\n\xff\xfe\x00\n'


def _health_detail(made: Site) -> str:
    return str(made.ask("SELECT detail FROM store_healthrow WHERE part = 'watch'")[0][0])


def test_lines_that_do_not_parse_are_counted_and_shown_without_what_they_hold(tmp_path: Path) -> None:
    with site(tmp_path) as made:
        made.serve()
        made.guard()
        until(made.counted, 20, "events are counted")
        with made.log.open("ab") as file:
            file.write(BROKEN)
        until(lambda: made.health()["parts"].get("watch") == "amber", 20, "the health says so")
        assert "3 lines of the log of auth did not parse" in _health_detail(made)
        assert "not JSON" in _health_detail(made)
        assert "3 lines of the log of auth did not parse" in made.said
        before = sum(made.counted().values())
        until(lambda: sum(made.counted().values()) > before, 10, "the log is read on")
        made.end(made.service)
        until(lambda: made.counted() == written(made.log), 20, "every line that parses is counted once")
        kept = made.said + "".join(path.read_text(errors="replace") for path in (tmp_path / "state").glob("*.sqlite3*"))
        assert "hunter2" not in kept


def test_rotation_by_name_and_by_copy_loses_and_repeats_no_event(tmp_path: Path) -> None:
    with site(tmp_path) as made:
        made.serve(people_per_s=40)
        made.guard()
        rotated = made.log.with_name("auth.jsonl.1")
        until(lambda: sum(made.counted().values()) > 100, 20, "events are counted")
        os.rename(made.log, rotated)
        until(lambda: made.log.exists() and len(made.log.read_bytes()) > 10_000, 20, "the service writes a new log")
        expected = Counter(written(rotated))

        # Between a copy and a truncation the writer's lines are lost by nature: it stands still for that moment.
        assert made.service is not None
        made.service.send_signal(signal.SIGSTOP)
        until(lambda: sum(made.counted().values()) > sum(expected.values()), 20, "the new log is followed")
        shutil.copy(made.log, rotated)
        os.truncate(made.log, 0)
        made.service.send_signal(signal.SIGCONT)
        until(lambda: len(made.log.read_bytes()) > 10_000, 20, "the service goes on")
        # Before it ends: that is an outage, and told as one while the last lines are counted.
        assert "declared" not in made.kinds()
        made.end(made.service)

        expected += Counter(written(rotated)) + Counter(written(made.log))
        until(lambda: made.counted() == dict(expected), 20, "every event is counted once")


def test_a_log_that_cannot_be_read_is_told_and_read_from_where_it_stood(tmp_path: Path) -> None:
    with site(tmp_path) as made:
        made.serve()
        made.guard()
        until(made.counted, 20, "events are counted")
        away = made.log.with_name("away")
        assert made.service is not None
        made.service.send_signal(signal.SIGSTOP)
        os.rename(made.log, away)
        made.log.mkdir()
        until(lambda: made.health()["parts"].get("watch") == "red", 20, "the health says so")
        assert "the log of auth cannot be read" in _health_detail(made)
        made.log.rmdir()
        os.rename(away, made.log)
        made.service.send_signal(signal.SIGCONT)
        until(lambda: made.health()["parts"].get("watch") == "green", 20, "it is read again")
        made.end(made.service)
        until(lambda: made.counted() == written(made.log), 20, "every event is counted once")
