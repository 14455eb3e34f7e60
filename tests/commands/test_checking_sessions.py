"""`doorward check --against … --sessions`: the people whose sessions a project's store really holds are counted, each
judged by what the change does to the session."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.rehearsal import site_project
from tests.commands.conftest import Run

SIGN_IN = """
import sys, django
django.setup()
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
model, every = (f"django.contrib.auth.backends.{kind}Backend" for kind in ("Model", "AllowAllUsersModel"))
for name, backend in (("ada", model), ("ada", every), ("bob", every), ("cleo", model)):
    person, _ = User.objects.get_or_create(username=name)
    Client().force_login(person, backend)
visitor = SessionStore()
visitor["basket"] = 1
visitor.create()
"""
TWO_BACKENDS = (
    'AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend",'
    ' "django.contrib.auth.backends.AllowAllUsersModelBackend"]'
)
CONFIG = """
[service]
name = "Site"
[[component]]
name = "site"
role = "client"
kind = "django"
settings = "site_of_test.deployed"
session_hash_key_file = "hash-key"
"""


@pytest.fixture(scope="module")
def _signed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which three people hold four sessions, and a visitor one more."""
    project = site_project.make(tmp_path_factory.mktemp("site") / "project")
    site_project.candidate(project, TWO_BACKENDS, "deployed")
    (project / "doorward.toml").write_text(CONFIG)
    (project / "hash-key").write_text("a key for hashes")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "site_of_test.deployed", "PYTHONPATH": str(project)}
    subprocess.run([sys.executable, "-B", "-c", SIGN_IN], check=True, cwd=project, env=environment)
    return project


@pytest.fixture
def project(_signed_in: Path, tmp_path: Path, doorward: Run) -> Path:
    shutil.copytree(_signed_in, tmp_path, dirs_exist_ok=True)
    return tmp_path


AGAINST = ("django:site_of_test.candidate", "--against", "django:site_of_test.deployed")


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (f'{TWO_BACKENDS}\nSECRET_KEY = "another key of a project that is only a test"', 3),
        ('AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]', 2),
        (f"{TWO_BACKENDS}\nSESSION_COOKIE_AGE = 9_000_000", 0),
    ],
)
def test_those_whose_session_is_lost_are_counted_in_the_store(
    doorward: Run, project: Path, change: str, lost: int
) -> None:
    site_project.candidate(project, change)
    said = doorward("check", *AGAINST, "--sessions", "site", "--format", "json")
    told = json.loads(said.out)["sessions"]
    assert (told["counted"], told["lost"]) == (3, lost), said.err


def test_the_findings_say_how_many_everyone_is(doorward: Run, project: Path) -> None:
    site_project.candidate(project, f'{TWO_BACKENDS}\nSESSION_COOKIE_NAME = "sid"')
    config = ("--config", str(project / "doorward.toml"))
    told = json.loads(doorward("check", *AGAINST, "--sessions", "site", *config, "--format", "json").out)
    assert [finding["effect"]["people"] for finding in told["findings"]] == [3]
    for form in ("text", "sarif", "junit", "github"):
        assert (
            "everyone signed in (1,204 people)"
            in doorward("check", *AGAINST, "--sessions", "1204", "--format", form).out
        )


@pytest.mark.parametrize(
    ("edit", "word"),
    [(("session_hash_key_file", "log"), "session_hash_key_file"), (("deployed", "nowhere"), "could not list")],
)
def test_sessions_that_cannot_be_listed_leave_the_check_as_it_is(
    doorward: Run, project: Path, edit: tuple[str, str], word: str
) -> None:
    site_project.candidate(project, f'{TWO_BACKENDS}\nSESSION_COOKIE_NAME = "sid"')
    (project / "doorward.toml").write_text(CONFIG.replace(*edit))
    said = doorward("check", *AGAINST, "--sessions", "site", "--format", "json")
    assert (said.code, json.loads(said.out)["sessions"]["counted"]) == (1, None)
    assert "not counted: " in said.err
    assert word in said.err


def test_a_component_that_is_not_there_is_wrong_use(doorward: Run, project: Path) -> None:
    said = doorward("check", *AGAINST, "--sessions", "nobody")
    assert said.code == 2
    assert "one of: site" in said.err
