import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from school.events import EventLog


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog("auth", tmp_path / "logs" / "auth.jsonl", b"key", "abcdef012345")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_says_when_who_and_under_which_configuration(log: EventLog, tmp_path: Path) -> None:
    log.write("sign-out", person="ab", session=None)
    (line,) = lines(tmp_path / "logs" / "auth.jsonl")
    written_at = datetime.strptime(str(line.pop("time")), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - written_at).total_seconds()) < 60
    assert line.pop("worker")
    assert line == {
        "service": "auth",
        "event": "sign-out",
        "config": "abcdef012345",
        "synthetic": False,
        "person": "ab",
        "session": None,
    }


def test_lines_of_many_threads_and_logs_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "auth.jsonl"
    logs = [EventLog("auth", path, b"key", "0" * 12) for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: logs[n % 4].write("request", route="x" * (n % 300)), range(800)))
    assert len(lines(path)) == 800


def test_after_a_rotation_the_next_event_opens_a_new_file(log: EventLog, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "auth.jsonl"
    log.write("sign-out")
    path.rename(tmp_path / "auth.jsonl.1")
    log.write("sign-in")
    log.write("session")
    assert [line["event"] for line in lines(tmp_path / "auth.jsonl.1")] == ["sign-out"]
    assert [line["event"] for line in lines(path)] == ["sign-in", "session"]


def test_a_log_whose_directory_was_gone_for_a_while_goes_on_when_it_is_back(tmp_path: Path) -> None:
    """A closed descriptor's number must not be used again: by then it may be a connection's or a database's."""
    path = tmp_path / "logs" / "auth.jsonl"
    log = EventLog("auth", path, b"key", "")
    log.write("sign-out")
    path.parent.rename(tmp_path / "detached")
    path.parent.symlink_to(tmp_path / "gone")
    with pytest.raises(OSError, match="exists"):
        log.write("sign-in")
    with (tmp_path / "other").open("wb") as other:
        with pytest.raises(OSError, match="exists"):
            log.write("sign-in")
        other.write(b"still open")
    path.parent.unlink()
    (tmp_path / "detached").rename(path.parent)
    log.write("session")
    assert [line["event"] for line in lines(path)] == ["sign-out", "session"]


def test_hashes_depend_on_key_and_kind_and_tell_nothing_else(log: EventLog, tmp_path: Path) -> None:
    other = EventLog("auth", tmp_path / "other", b"other key", "")
    assert log.hash("person", "ada") == log.hash("person", "ada")
    assert len({log.hash("person", "ada"), log.hash("session", "ada"), other.hash("person", "ada")}) == 3
    assert len(log.hash("person", "ada")) == 16


def test_a_person_is_the_same_however_the_name_is_typed(log: EventLog) -> None:
    assert log.person(" Ada.Berg") == log.person("ada.berg")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.1", "203.0.113.254", True),
        ("203.0.113.1", "203.0.114.1", False),
        ("2001:db8:0:1200::1", "2001:db8:0:12ff::9", True),
        ("2001:db8:0:1200::1", "2001:db8:0:1300::1", False),
    ],
)
def test_a_source_is_a_network_not_an_address(log: EventLog, one: str, other: str, same: bool) -> None:
    assert (log.source(ip_address(one)) == log.source(ip_address(other))) is same
