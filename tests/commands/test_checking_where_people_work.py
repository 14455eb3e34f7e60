"""The check in git, in a hook, in an action, with a baseline and beside a side file: as people meet it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from doorward import check
from tests.commands.conftest import Run

ROOT = Path(__file__).parents[2]
AUTH = ROOT / "tests" / "cases" / "school" / "base" / "auth.toml"
RENAMED = ('cookie_name = "auth_session"', 'cookie_name = "sid"')
SHORT = ("life_minutes = 480", "life_minutes = 2")
BIN = str(Path(sys.executable).parent)
ENVIRONMENT = {
    **os.environ,
    "PATH": BIN + os.pathsep + os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )


def _edit(path: Path, *edits: tuple[str, str]) -> None:
    text = path.read_text()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit with a good auth.toml and a file that is no configuration."""
    shutil.copy(AUTH, tmp_path / "auth.toml")
    (tmp_path / "notes.toml").write_text("[notes]\n")
    _git(tmp_path, "init", "-q", "-b", "main")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def _rules(said_out: str) -> list[tuple[str, str]]:
    return [(f["rule"], f["where"]["path"]) for f in json.loads(said_out)["findings"]]


def test_a_range_is_checked_without_touching_the_files(doorward: Run, repository: Path) -> None:
    _edit(repository / "auth.toml", RENAMED)
    _git(repository, "commit", "-qam", "two")
    (repository / "auth.toml").write_text("broken = = now")
    (repository / "notes.toml").write_text("[other]\n")
    _git(repository, "add", "notes.toml")
    before = _git(repository, "status", "--porcelain").stdout
    said = doorward("check", "--git", "HEAD~1..HEAD", "--format", "json")
    assert (said.code, _rules(said.out)) == (1, [("COOKIE-01", "auth.toml")])
    named = doorward("check", "--git", "HEAD~1..HEAD", "school:auth.toml", "--format", "json")
    assert named.out == said.out
    assert (repository / "auth.toml").read_text() == "broken = = now"
    assert _git(repository, "status", "--porcelain").stdout == before


def test_one_revision_is_compared_with_the_files_as_they_stand(doorward: Run, repository: Path) -> None:
    _edit(repository / "auth.toml", RENAMED)
    said = doorward("check", "--git", "HEAD", "auth.toml", "--format", "json")
    assert (said.code, _rules(said.out)) == (1, [("COOKIE-01", "auth.toml")])


def test_django_settings_of_two_revisions_are_loaded_each_from_its_own_tree(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "conf").mkdir()
    settings, shared = tmp_path / "site" / "conf" / "settings.py", tmp_path / "site" / "conf" / "shared.py"
    settings.write_text("from conf.shared import *\nSECRET_KEY = 'k' * 50\n")
    shared.write_text(
        "SESSION_COOKIE_NAME = 'a'\nMIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\n"
    )
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "one")
    _edit(shared, ("'a'", "'b'"))
    _git(tmp_path, "commit", "-qam", "two")
    shared.write_text("raise SystemExit(3)")
    said = doorward("check", "django:conf.settings", "--project", "site", "--git", "HEAD~1..HEAD", "--format", "json")
    assert ("COOKIE-01", "conf/shared.py") in _rules(said.out)
    assert "START-01" not in said.out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "--config"),
        (("--git", "nosuch..HEAD"), "nosuch"),
        (("--git", "HEAD", "--against", "x"), "--against"),
        (("--config", "doorward.toml", "auth.toml"), "leave out targets"),
        (("auth.toml", "--baseline", "none.json"), "--write-baseline"),
        (("--git", "HEAD", "gone.toml"), "gone.toml"),
        (("notes.toml",), "KIND:TARGET"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(
    doorward: Run, repository: Path, arguments: tuple[str, ...], word: str
) -> None:
    said = doorward("check", *arguments)
    assert said.code == 2, said
    assert word in said.err


def test_a_baseline_hides_what_stands_and_nothing_that_changes(doorward: Run, repository: Path) -> None:
    shutil.copy(repository / "auth.toml", repository / "old.toml")
    _edit(repository / "auth.toml", SHORT)
    shutil.copy(repository / "auth.toml", repository / "short.toml")
    assert doorward("check", "auth.toml").code == 1
    written = doorward("check", "auth.toml", "--write-baseline", "known.json")
    assert (written.code, "1 standing finding(s)" in written.err) == (0, True)
    said = doorward("check", "auth.toml", "--baseline", "known.json")
    assert (said.code, "baseline 1 standing" in said.out) == (0, True)
    # The same setting, touched by a change, is said again.
    assert doorward("check", "auth.toml", "--against", "old.toml", "--baseline", "known.json").code == 1
    _edit(repository / "auth.toml", RENAMED)
    renamed = doorward("check", "auth.toml", "--against", "short.toml", "--baseline", "known.json", "--format", "json")
    assert _rules(renamed.out) == [("COOKIE-01", "auth.toml")]


def test_a_side_file_beside_the_target_is_read(doorward: Run, repository: Path) -> None:
    _edit(repository / "auth.toml", SHORT)
    told = json.loads(doorward("check", "auth.toml", "--format", "json").out)["findings"][0]
    (repository / "doorward-ignore.toml").write_text(
        f'[[ignore]]\nrule = "{told["rule"]}"\npointer = "{told["where"]["pointer"]}"\n'
        'until = 9999-12-31\nreason = "an exam, for which short sessions are meant"\n'
    )
    said = doorward("check", "auth.toml", "--format", "json")
    assert said.code == 0
    assert json.loads(said.out)["suppressed"][0]["reason"].startswith("an exam")
    assert "skipped" in doorward("check", "auth.toml", "--format", "junit").out


def _hook(identity: str) -> dict[str, object]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return next(hook for hook in hooks if hook["id"] == identity)


def _install(repository: Path, hook: dict[str, object]) -> None:
    """As pre-commit runs it: the entry, then the staged files whose names match."""
    words = shlex.split(str(hook["entry"]))
    script = (
        f"#!{sys.executable}\n"
        "import re, subprocess, sys\n"
        "asked = ['git', 'diff', '--cached', '--name-only', '-z', '--diff-filter=d']\n"
        "staged = subprocess.check_output(asked, text=True)\n"
        f"files = [name for name in staged.split('\\0') if name and re.search({str(hook['files'])!r}, name)]\n"
        f"given = files if {hook.get('pass_filenames', True)!r} else []\n"
        f"sys.exit(subprocess.call({words!r} + given) if files else 0)\n"
    )
    path = repository / ".git" / "hooks" / "pre-commit"
    path.parent.mkdir(exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)


def test_the_hook_stops_a_commit_that_signs_people_out_and_no_other(repository: Path) -> None:
    _install(repository, _hook("doorward"))
    _edit(repository / "auth.toml", ('from = "school@example.org"', 'from = "office@example.org"'))
    (repository / "notes.toml").write_text("[notes]\nx = 1\n")
    _git(repository, "add", ".")
    allowed = _git(repository, "commit", "-m", "two")
    assert allowed.returncode == 0, allowed.stderr
    _edit(repository / "auth.toml", RENAMED)
    stopped = _git(repository, "commit", "-am", "three")
    assert stopped.returncode == 1
    assert "COOKIE-01" in stopped.stdout + stopped.stderr
    assert _git(repository, "rev-list", "--count", "HEAD").stdout.strip() == "2"


def test_the_hook_works_before_the_first_commit(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    _install(tmp_path, _hook("doorward"))
    shutil.copy(AUTH, tmp_path / "auth.toml")
    _git(tmp_path, "add", ".")
    done = _git(tmp_path, "commit", "-m", "one")
    assert done.returncode == 0, done.stderr


def test_the_action_hands_its_inputs_to_the_check_and_never_to_the_shell(repository: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert all("${{" not in step["run"] for step in action["runs"]["steps"])
    step = action["runs"]["steps"][1]
    runner = repository / "runner"
    (runner / "doorward").mkdir(parents=True)
    (runner / "doorward" / "bin").symlink_to(BIN)
    _edit(repository / "auth.toml", RENAMED)
    _git(repository, "commit", "-qam", "two")
    inputs = {"range": "HEAD~1..HEAD", "targets": "auth.toml\n", "fail-on": "outage", "sarif": "found.sarif"}
    given = {
        name: inputs.get(re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", r"\1", text), "") for name, text in step["env"].items()
    }
    environment = {**ENVIRONMENT, **given, "RUNNER_TEMP": str(runner), "GITHUB_OUTPUT": str(runner / "output")}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=auth.toml,line=19,title=COOKIE-01 outage::")
    assert json.loads((repository / "found.sarif").read_text())["version"] == "2.1.0"
    assert (runner / "output").read_text() == "sarif=found.sarif\n"


def test_the_page_for_people_names_rules_and_options_that_there_are(doorward: Run) -> None:
    page = (ROOT / "docs" / "checking.md").read_text()
    known = {rule.id for rule in check.rules()}
    assert set(re.findall(r"\b[A-Z]{3,}-\d\d\b", page)) <= known
    helped = doorward("check", "--help").out
    assert all(option in helped for option in re.findall(r"(?<![\w-])--(?:git|config|baseline|write-baseline)\b", page))
