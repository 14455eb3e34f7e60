"""`doorward rehearse`: exit codes, the table, and the JSON contract, on a real small project."""

from __future__ import annotations

import json
from pathlib import Path

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
    said = doorward("rehearse", "school:a.toml", "--against", "school:b.toml")
    assert said.code == 2
    assert "django" in said.err
