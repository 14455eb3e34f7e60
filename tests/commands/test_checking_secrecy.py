"""Canaries in the old and the new file come out of no command: a range of git, a baseline, a rehearsal."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from doorward import check
from tests.check.canaries import Template
from tests.check.rehearsal import site_project
from tests.check.test_secrecy_everywhere import EVERY_KIND, leaks
from tests.commands.conftest import Run


@EVERY_KIND
def test_no_secret_comes_out_of_a_range_of_git(doorward: Run, tmp_path: Path, template: Template) -> None:
    old, new = "OlD3sEcReT/9+xQ=z7", "NeW4sEcReT/8+yW=k6"
    (tmp_path / template.name).write_text(template.old(old))
    person = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **person, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, env=environment)
    (tmp_path / template.name).write_text(template.new(new))
    named = f"{template.kind}:{template.name}"
    for form in check.FORMATS:
        said = doorward("check", "--git", "HEAD", named, "--format", form, "--write-baseline", "known.json")
        assert said.code in (0, 1), said.err
        assert leaks(said.out + said.err + (tmp_path / "known.json").read_text(), old, new) == []


@EVERY_KIND
def test_no_secret_comes_out_of_a_whole_service(doorward: Run, tmp_path: Path, template: Template) -> None:
    secret = "SeCrEt7/qX+w=Zk93vTm"
    (tmp_path / template.name).write_text(template.old(secret))
    role = {"nginx": "proxy", "oauth2-proxy": "proxy", "redis": "store"}.get(template.kind, "provider")
    named = f'name = "door"\nrole = "{role}"\nkind = "{template.kind}"\nconfig = ["{template.name}"]\n'
    (tmp_path / "doorward.toml").write_text(f'[service]\nname = "Portal"\n[[component]]\n{named}')
    for form in check.FORMATS:
        said = doorward("check", "--config", "doorward.toml", "--format", form)
        assert said.code in (0, 1), said.err
        assert leaks(said.out + said.err, secret) == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_comes_out_of_a_rehearsal(doorward: Run, tmp_path: Path, form: str) -> None:
    canary = "SeCrEt7/qX+w=Zk93vTm"
    site_project.make(tmp_path / "site")
    hidden = f'SECRET_KEY = "{canary}"\nEMAIL_HOST_PASSWORD = "{canary}"\nAPI_TOKEN = "{canary}"\n'
    old = site_project.candidate(tmp_path / "site", hidden, "deployed")
    new = site_project.candidate(tmp_path / "site", f"{hidden}raise RuntimeError(SECRET_KEY)")
    said = doorward(
        *("rehearse", f"django:{new}", "--against", f"django:{old}", "--project", "site"),
        *("--protected-url", "/account/", "--format", form),
    )
    assert "RuntimeError" in said.out, said.err
    assert leaks(said.out + said.err, canary) == []
