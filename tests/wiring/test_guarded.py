"""From settings to what the stages take."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorward.diagnose.examinee import Address
from doorward.errors import InputInvalid
from doorward.model.service import Component, Role, Service
from doorward.settings import Settings
from doorward.wiring import guarded
from tests.wiring.cases import settings_of

PORTAL = {
    "name": "portal", "role": "client", "kind": "django", "settings": "portal.settings", "project": "code",
    "env": {"DATA": "{dir}/data"}, "address": "https://portal.school.example", "log": "logs/portal.jsonl",
    "public_url": "https://portal.school.example", "forwarded": ["X-Forwarded-Proto"],
}  # fmt: skip
AUTH = {"address": "http://127.0.0.1:8001", "health": "/healthz", "pid_file": "run/auth.pid"}


def both(home: Path, **auth: object) -> Settings:
    return settings_of(home, {**AUTH, **auth}, (PORTAL,))


def test_the_service_speaks_in_the_models_words(tmp_path: Path) -> None:
    components = (Component("auth", Role.PROVIDER, "school"), Component("portal", Role.CLIENT, "django"))
    assert guarded.service(both(tmp_path)) == Service("School portal", components)


def test_the_files_of_a_component_come_by_the_names_that_the_settings_give(tmp_path: Path) -> None:
    settings = both(tmp_path)
    text = (tmp_path / "site/auth.toml").read_bytes()
    assert guarded.files(settings, settings.component[0]) == {"auth.toml": text}
    assert guarded.files(settings, settings.component[1]) == {}


def test_a_file_that_is_gone_is_named_with_its_reason(tmp_path: Path) -> None:
    settings = both(tmp_path, config=["auth.toml", "gone.toml"])
    for asked in (guarded.files, guarded.changed_at):
        with pytest.raises(InputInvalid, match="No such file"):
            asked(settings, settings.component[0])


def test_a_component_changed_when_the_newest_of_its_files_did(tmp_path: Path) -> None:
    settings = both(tmp_path, config=["auth.toml", "more.toml"])
    for name, seconds in (("auth.toml", 2_000), ("more.toml", 1_000)):
        (tmp_path / "site" / name).touch()
        os.utime(tmp_path / "site" / name, (seconds, seconds))
    assert guarded.changed_at(settings, settings.component[0]) == datetime.fromtimestamp(2_000, UTC)


def test_a_school_is_checked_by_its_file_and_a_django_project_by_its_module(tmp_path: Path) -> None:
    settings = both(tmp_path)
    site = tmp_path.resolve() / "site"
    auth, portal = (guarded.target(settings, component) for component in settings.component)
    assert (auth.kind, auth.name, auth.public_url, auth.forwarded) == ("school", str(site / "auth.toml"), None, ())
    assert (portal.kind, portal.name, portal.project) == ("django", "portal.settings", site / "code")
    assert (portal.python, portal.env) == (sys.executable, {"DATA": f"{site}/data"})
    assert (portal.public_url, portal.forwarded) == ("https://portal.school.example", ("X-Forwarded-Proto",))


def test_an_earlier_version_is_checked_where_it_is_kept(tmp_path: Path) -> None:
    settings = both(tmp_path)
    kept = tmp_path / "kept/auth.toml"
    assert guarded.target(settings, settings.component[0], kept).name == str(kept)


def test_sessions_are_reached_only_where_settings_and_key_are_named(tmp_path: Path) -> None:
    settings = both(tmp_path, settings="auth.settings", session_hash_key_file="secrets/log-key")
    found = guarded.session_tool(settings, settings.component[0])
    assert found is not None
    _, target, key_file = found
    assert (target.kind, target.name) == ("django", "auth.settings")
    assert key_file == tmp_path.resolve() / "site/secrets/log-key"
    assert guarded.session_tool(settings, settings.component[1]) is None


def test_an_examinee_has_the_other_components_address_as_its_control(tmp_path: Path) -> None:
    auth, portal = guarded.examinees(both(tmp_path, database="sqlite:auth.sqlite3"))
    site = tmp_path.resolve() / "site"
    assert (auth.address, auth.control) == (Address("127.0.0.1", 8001), Address("portal.school.example", 443))
    assert (portal.address, portal.control) == (auth.control, auth.address)
    assert (auth.health_url, auth.pid_file) == ("http://127.0.0.1:8001/healthz", site / "run/auth.pid")
    assert (auth.database, auth.directory) == (f"sqlite:{site / 'auth.sqlite3'}", site)
    assert (portal.health_url, portal.pid_file, portal.database) == ("", None, "")


def test_a_component_by_itself_has_no_control(tmp_path: Path) -> None:
    (auth,) = guarded.examinees(settings_of(tmp_path, AUTH))
    assert (auth.role, auth.control) == (Role.PROVIDER, None)


@pytest.fixture
def repository(tmp_path: Path) -> Settings:
    """Settings whose auth.toml was committed by Ada."""
    settings = both(tmp_path)
    git = ["git", "-C", str(tmp_path / "site"), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for arguments in (["init", "-q"], ["add", "auth.toml"], ["commit", "-q", "-m", "Begin"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    return settings


def test_the_author_of_a_committed_configuration_is_known(repository: Settings) -> None:
    assert guarded.author(repository, repository.component[0]) == "Ada"


def test_nobody_is_named_for_what_is_not_committed(repository: Settings) -> None:
    path = repository.directory / "auth.toml"
    path.write_text(path.read_text() + "\n# mended in place\n")
    assert guarded.author(repository, repository.component[0]) is None


def test_nobody_is_named_for_a_file_that_git_does_not_know(repository: Settings) -> None:
    (repository.directory / "more.toml").write_text("")
    unknown = repository.component[0].model_copy(update={"config": (Path("more.toml"),)})
    assert guarded.author(repository, unknown) is None


def test_without_a_repository_nobody_is_named(tmp_path: Path) -> None:
    settings = both(tmp_path)
    assert guarded.author(settings, settings.component[0]) is None
