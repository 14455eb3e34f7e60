"""A component's options: whose key hashes, and what an own key needs."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.settings import Settings, load
from doorward.systems import system
from doorward.wiring.log_options import changed_at, hash_key, log_options, own_key

HEAD = """[doorward]
state = "state"
[service]
name = "Door"
[[component]]
name = "door"
role = "provider"
kind = "sshd"
"""


def _settings(tmp_path: Path, rest: str = "") -> Settings:
    path = tmp_path / "doorward.toml"
    path.write_text(HEAD + rest)
    return load(path)


def test_without_a_key_file_one_is_made_once_for_doorward_alone(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    first = log_options(settings, settings.component[0])
    again = log_options(settings, settings.component[0])
    made = tmp_path / "state" / "log-key"
    assert first.hash_key == again.hash_key == made.read_bytes()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert [path.name for path in made.parent.iterdir()] == ["log-key"]


def test_the_key_of_the_sessions_is_also_the_log_s_and_a_key_of_its_own_comes_first(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("one\n")
    (tmp_path / "own").write_text("two")
    settings = _settings(tmp_path, 'session_hash_key_file = "sessions"\n')
    assert log_options(settings, settings.component[0]).hash_key == b"one"
    settings = _settings(
        tmp_path, 'session_hash_key_file = "sessions"\n[component.log_options]\nhash_key_file = "own"\n'
    )
    assert log_options(settings, settings.component[0]).hash_key == b"two"


def test_accounts_of_probes_are_read_a_name_a_line(tmp_path: Path) -> None:
    (tmp_path / "accounts").write_text("probe-1\n\n probe-2\n")
    settings = _settings(tmp_path, '[component.log_options]\nprobe_accounts_file = "accounts"\n')
    assert log_options(settings, settings.component[0]).probe_accounts == ("probe-1", "probe-2")


PROBE = """
[[probe]]
name = "p"
journey = "ssh"
start = "ssh://127.0.0.1"
username_file = "name"
key_file = "key"
known_hosts = "known"
"""
LINE = "Mar  2 08:00:00 door sshd[1]: Accepted publickey for {name} from 198.51.100.7 port 1 ssh2: ED25519 SHA256:x"


def test_what_the_probes_of_doorward_toml_do_is_marked_in_every_log_without_being_told_again(tmp_path: Path) -> None:
    (tmp_path / "name").write_text("prober\n")
    settings = _settings(tmp_path, PROBE)
    options = log_options(settings, settings.component[0], datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert options.probe_accounts == ("prober",)
    parse = system("sshd").parser(options)
    events = [parse(LINE.format(name=name).encode(), "door") for name in ("prober", "ada")]
    assert [event is not None and event.probe for event in events] == [True, False]


def test_a_key_that_is_missing_or_empty_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    for name in ("none", "empty"):
        with pytest.raises(InputInvalid):
            hash_key(tmp_path / name)


def test_a_state_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputInvalid):
        own_key(tmp_path / "file" / "log-key")


def test_a_file_that_is_not_there_was_never_changed(tmp_path: Path) -> None:
    assert changed_at(tmp_path / "none") is None
    assert changed_at(tmp_path) is not None
