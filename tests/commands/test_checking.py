"""`doorward check`, `rules`, `explain`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Run

GOOD = "SECRET_KEY = 'k' * 50\nROOT_URLCONF = 'u'\n"


def test_rules_are_listed_one_a_line_with_their_severity(doorward: Run) -> None:
    said = doorward("rules")
    assert said.code == 0
    assert all(line.split()[1] in {"outage", "partial", "latent", "note"} for line in said.out.splitlines())


def test_a_rule_is_explained_by_its_page(doorward: Run) -> None:
    assert "Why:" in doorward("explain", "SC-01").out


def test_a_rule_that_is_not_known_names_those_that_are_near(doorward: Run) -> None:
    said = doorward("explain", "SC-1")
    assert said.code == 2
    assert "SC-01" in said.err


def test_every_target_that_cannot_be_read_is_named_at_once(doorward: Run) -> None:
    said = doorward("check", "school:first.toml", "school:second.toml")
    assert said.code == 2
    assert "first.toml" in said.err
    assert "second.toml" in said.err


def test_toml_that_does_not_parse_is_wrong_use_with_line_and_column(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "auth.toml").write_text("[service]\nport = 1\n[oidc\n")
    said = doorward("check", "school:auth.toml")
    assert said.code == 2
    assert "auth.toml:3:" in said.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("django:no.such.settings",), "no.such.settings"),
        (("zope:site",), "school"),
        (("django:s", "--project", "not-there"), "--project"),
        (("django:s", "--python", "not-there"), "--python"),
        (("django:s", "--fail-on", "nothing"), "fail-on"),
        (("django:s", "--format", "xml"), "sarif"),
    ],
)
def test_wrong_use_ends_with_two_and_says_what_would_be_right(
    doorward: Run, tmp_path: Path, arguments: tuple[str, ...], word: str
) -> None:
    (tmp_path / "s.py").write_text(GOOD)
    said = doorward("check", *arguments)
    assert said.code == 2
    assert word in said.err
    assert "Traceback" not in said.err


def test_settings_that_do_not_load_are_an_outage_in_the_json(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text("import not_there\n")
    said = doorward("check", "django:s", "--format", "json")
    assert said.code == 1
    told = json.loads(said.out)
    assert told["schema"] == "doorward.check/1"
    assert [(f["severity"], f["where"]["line"]) for f in told["findings"]] == [("outage", 1)]


def test_never_fails_on_nothing(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text("import not_there\n")
    assert doorward("check", "django:s", "--fail-on", "never").code == 0
