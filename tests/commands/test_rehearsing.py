"""`doorward rehearse`: exit codes, the table, and the JSON contract, on a real small project."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.check.rehearsal.site_project import candidate, make
from tests.commands.conftest import Run

PAGES = ("--protected-url", "/account/", "--sso-url", "/sso/")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make(tmp_path_factory.mktemp("site") / "project")
    candidate(made, "SESSION_COOKIE_AGE = 3600", "longer")
    candidate(made, "SESSION_COOKIE_NAME = 'sid'", "renamed")
    return made


def rehearse(doorward: Run, project: Path, new: str, *more: str) -> tuple[int, str, str]:
    against = ("--against", "django:site_of_test.settings", "--project", str(project))
    said = doorward("rehearse", f"django:site_of_test.{new}", *against, *more)
    return said.code, said.out, said.err


def test_a_harmless_change_ends_with_nought_and_what_could_not_be_tried_is_said(doorward: Run, project: Path) -> None:
    code, out, _ = rehearse(doorward, project, "longer", "--protected-url", "/account/")
    assert code == 0
    assert out.count("\nfine ") == 7
    assert "\nnot-tried     sso-return" in out
    assert "nothing that worked is broken" in out


def test_what_is_broken_ends_with_one_and_is_named_in_the_json(doorward: Run, project: Path) -> None:
    code, out, _ = rehearse(doorward, project, "renamed", *PAGES, "--format", "json")
    told = json.loads(out)
    assert code == 1
    assert told["schema"] == "doorward.rehearsal/1"
    assert told["broken"] == ["existing-session"]
    assert told["probes"][0] == {
        "probe": "existing-session",
        "verdict": "broken",
        "old": {"works": True, "reason": "ok", "note": None},
        "new": {"works": False, "reason": "sent-back-to-sign-in", "note": None},
    }


def test_a_protected_page_is_asked_for_where_none_can_be_told(doorward: Run, project: Path) -> None:
    code, _, err = rehearse(doorward, project, "longer")
    assert code == 2
    assert "--protected-url" in err


def test_where_nobody_gets_in_on_either_side_nothing_is_compared(doorward: Run, project: Path) -> None:
    code, _, err = rehearse(doorward, project, "longer", "--protected-url", "/not-there/")
    assert code == 3
    assert "http-404" in err


def test_other_kinds_are_not_rehearsed_yet(doorward: Run) -> None:
    said = doorward("rehearse", "nginx:a.conf", "--against", "nginx:b.conf")
    assert said.code == 2
    assert "django, school" in said.err


DOORWARD_TOML = """\
[service]
name = "Portal"

[[component]]
name = "portal"
role = "client"
kind = "django"
settings = "site_of_test.settings"
project = "project"
public_url = "http://people.example.com"
env = {{ OF_TEST = "set" }}

[component.rehearsal]
protected_url = "/account/"
sso_url = "/sso/"
sso_double = "double.py"

[[component]]
name = "other"
role = "proxy"
kind = "nginx"
"""


def test_a_doorward_toml_names_the_pages_the_address_and_the_double_once(
    doorward: Run, project: Path, tmp_path: Path
) -> None:
    config = tmp_path / "doorward.toml"
    config.write_text(DOORWARD_TOML.format().replace('"project"', f'"{project}"'))
    (tmp_path / "double.py").write_text("def sent_back(asked):\n    return {'code': '1', 'state': 'mistaken'}\n")
    candidate(project, "import os; os.environ['OF_TEST']; ALLOWED_HOSTS = ['*']", "open")
    chosen = ("--config", str(config), "--component", "portal", "--format", "json")
    said = doorward("rehearse", "site_of_test.open", "--against", "site_of_test.open", *chosen)
    told = json.loads(said.out)
    assert said.code == 0
    assert told["public_url"] == "http://people.example.com"
    assert [one["verdict"] for one in told["probes"]].count("fine") == 7
    # The project's own double answers with a wrong state, on both sides.
    assert told["probes"][6]["old"]["reason"] == "http-400"
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize(
    ("content", "said"), [("def sent(asked): pass", "no function"), ("def (", "SyntaxError"), (None, "cannot be run")]
)
def test_a_double_that_is_none_is_wrong_use(
    doorward: Run, project: Path, tmp_path: Path, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "double.py").write_text(content)
    code, _, err = rehearse(doorward, project, "longer", *PAGES, "--sso-double", str(tmp_path / "double.py"))
    assert code == 2
    assert said in err


def test_a_component_that_is_not_told_is_asked_for(doorward: Run, project: Path, tmp_path: Path) -> None:
    config = tmp_path / "doorward.toml"
    config.write_text(DOORWARD_TOML.format().replace('"project"', f'"{project}"'))
    code, _, err = rehearse(doorward, project, "longer", "--config", str(config), "--component", "potral")
    assert code == 2
    assert "portal, other" in err


def test_who_ends_a_rehearsal_finds_no_scratch_and_no_worker_left(project: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "doorward",
        "rehearse",
        "site_of_test.longer",
        "--against",
        "site_of_test.settings",
    ]
    command += ["--project", str(project), *PAGES]
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 60
        while not any(tmp_path.glob("doorward-rehearsal-*/temporary")) and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        workers = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert alive == []
