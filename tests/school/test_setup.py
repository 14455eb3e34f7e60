"""Setup makes what its plan says, keeps secrets private, and never overwrites unasked."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from school.people import invent
from school.setup import Plan, SetupRefused, _clear, _write_secrets, setup


def test_a_site_holds_its_people_as_accounts_by_the_sub_that_the_portal_knows(site: Any) -> None:
    people = json.loads((site.path / "secrets" / "people.json").read_text())
    assert len(people) == 13
    assert [person["username"] for person in people if person["monitor"]] == ["monitor"]
    with sqlite3.connect(site.path / "auth.sqlite3") as database:
        accounts = dict(database.execute("SELECT username, id FROM school_auth_account"))
        (password,) = database.execute("SELECT password FROM school_auth_account LIMIT 1").fetchone()
    assert accounts == {person["username"]: person["sub"].replace("-", "") for person in people}
    assert password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_nobody_else_can_read_the_secrets(site: Any) -> None:
    directory = site.path / "secrets"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}


def test_two_sites_of_the_same_seed_share_people_but_no_secret(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _write_secrets(tmp_path / name, invent(5, Random(1)))
    one, two = (json.loads((tmp_path / name / "people.json").read_text()) for name in ("one", "two"))
    assert [person["username"] for person in one] == [person["username"] for person in two]
    assert not {person["password"] for person in one} & {person["password"] for person in two}
    assert (tmp_path / "one" / "log-key").read_text() != (tmp_path / "two" / "log-key").read_text()


def test_an_existing_site_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    (tmp_path / "auth.toml").write_text("mine")
    plan = Plan(tmp_path, people=1, courses=1, auth_port=1, portal_port=2, seed=1)
    with pytest.raises(SetupRefused, match=r"already holds auth\.toml; --force replaces the whole site"):
        setup(plan, force=False)
    assert (tmp_path / "auth.toml").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["auth.toml"]


def test_force_removes_what_setup_makes_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("keep")
    (tmp_path / "auth.toml").write_text("old")
    (tmp_path / "auth.sqlite3-wal").write_text("old")
    (tmp_path / "secrets").mkdir()
    _clear(tmp_path, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_site_that_is_being_served_is_not_replaced(site: Any, run_school: Callable[..., Any]) -> None:
    result = run_school("setup", str(site.path), "--force")
    assert result.returncode == 2
    assert "is being served" in result.stderr
