"""`doorward check --config doorward.toml --git A..B`: each component beside what it was, and all parts together
as they are at the new end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import Run

BASE = Path(__file__).parents[1] / "cases" / "service" / "base"


def _git(folder: Path, *arguments: str) -> str:
    person = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **person, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """The base service in a folder of a repository, committed once."""
    shutil.copytree(BASE, tmp_path / "conf")
    _git(tmp_path, "init", "-q", "-b", "main")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "one")
    return tmp_path / "conf"


def _told(doorward: Run, revisions: str) -> dict[str, list[dict[str, object]]]:
    said = doorward("check", "--config", "conf/doorward.toml", "--git", revisions, "--format", "json")
    assert said.out, said.err
    told: dict[str, list[dict[str, object]]] = json.loads(said.out)
    return told


def _rules(told: dict[str, list[dict[str, object]]]) -> set[object]:
    return {finding["rule"] for finding in told["findings"] if finding["rule"] != "START-01"}


def test_rules_over_changes_and_over_the_service_speak_of_the_same_range(doorward: Run, service: Path) -> None:
    _edit(service / "auth.toml", 'cookie_name = "auth_session"', 'cookie_name = "sid"')
    _edit(service / "portal.toml", 'client_id = "portal"', 'client_id = "entrance"')
    _git(service, "commit", "-qam", "two")
    (service / "auth.toml").write_text("broken = = now")
    told = _told(doorward, "HEAD~1..HEAD")
    assert {"COOKIE-01", "SERVICE-04"} <= _rules(told)
    assert {str(finding["where"]["path"]) for finding in told["findings"]} <= {"conf/auth.toml", "conf/portal.toml"}  # type: ignore[index]
    assert told["sessions"]["verdict"] == "lost"  # type: ignore[call-overload]
    assert len(told["sessions"]["others"]) == len(told["targets"]) - 1  # type: ignore[call-overload]


def test_the_files_as_they_stand_are_compared_with_a_revision(doorward: Run, service: Path) -> None:
    _edit(service / "auth.toml", 'cookie_name = "auth_session"', 'cookie_name = "sid"')
    assert "COOKIE-01" in _rules(_told(doorward, "HEAD"))


def test_where_nothing_changed_no_rule_over_changes_speaks(doorward: Run, service: Path) -> None:
    assert not _rules(_told(doorward, "HEAD..HEAD"))


def test_a_component_that_is_new_is_checked_as_it_stands(doorward: Run, service: Path) -> None:
    _git(service, "rm", "-q", "--cached", "doorward.toml")
    _git(service, "commit", "-qm", "no doorward yet")
    _git(service, "add", ".")
    _git(service, "commit", "-qm", "doorward")
    said = doorward("check", "--config", "conf/doorward.toml", "--git", "HEAD~1..HEAD", "--format", "json")
    assert "sessions" not in json.loads(said.out)
    assert "nothing to compare with" in said.err


def test_a_configuration_outside_the_repository_is_wrong_use(
    doorward: Run, service: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(BASE, elsewhere / "conf")
    said = doorward("check", "--config", str(elsewhere / "conf" / "doorward.toml"), "--git", "HEAD..HEAD")
    assert said.code == 2
    assert "git" in said.err
