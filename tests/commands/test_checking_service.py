"""`doorward check --config`: every case folder below tests/cases/service/ says what it should.

A case is the base with `edits` (file: pairs of old and new text) and further `files`; it names its `findings`, and in
`good_for` the rules that must stay silent.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from doorward import check
from doorward.check.rule import Rule, Tell
from tests.commands.conftest import Run

CASES = Path(__file__).parents[1] / "cases" / "service"
NAMED = {path.parent.name: json.loads(path.read_text()) for path in sorted(CASES.glob("*/expect.json"))}
# Told by tests of their own: what ends needs a file with dates.
APART = {"CERT-01": "tests/check/test_service_calendar.py"}
OF_THE_SERVICE = [rule for rule in check.rules() if rule.tell is Tell.SERVICE and rule.id not in APART]


def _built(folder: Path, case: dict[str, dict[str, object]]) -> None:
    """The base, edited, and the certificate-free files that it names."""
    shutil.copytree(CASES / "base", folder, dirs_exist_ok=True)
    for name, edits in case["edits"].items():
        text = (folder / name).read_text()
        assert isinstance(edits, list)
        for before, after in edits:
            assert before in text, f"{name} has no {before}"
            text = text.replace(before, after)
        (folder / name).write_text(text)
    for name, content in case.get("files", {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(str(content))


@pytest.mark.parametrize("name", NAMED)
def test_a_service_is_found_as_its_folder_says(doorward: Run, tmp_path: Path, name: str) -> None:
    case = NAMED[name]
    _built(tmp_path, case)
    said = doorward("check", "--config", "doorward.toml", "--format", "json", "--fail-on", "never")
    assert said.code == 0, said.err
    # Files that a case leaves out are not what it is about.
    told = [f for f in json.loads(said.out)["findings"] if f["rule"] != "START-01"]
    found = sorted((f["rule"], f["severity"], f["where"]["pointer"]) for f in told)
    assert found == sorted(
        (f["rule"], f["severity"], f["where"]["pointer"] if "where" in f else f["pointer"]) for f in case["findings"]
    )
    assert not {f["rule"] for f in told} & set(case.get("good_for", ()))
    assert all(not Path(f["where"]["path"]).is_absolute() for f in told)


@pytest.mark.parametrize("rule", OF_THE_SERVICE, ids=lambda rule: rule.id)
def test_a_rule_over_the_service_has_a_bad_case_a_good_case_and_a_source(rule: Rule) -> None:
    assert any(f["rule"] == rule.id for case in NAMED.values() for f in case["findings"])
    assert any(rule.id in case.get("good_for", ()) for case in NAMED.values())
    assert rule.sources


def test_a_component_that_nothing_reads_is_named_and_passed_over(doorward: Run, tmp_path: Path) -> None:
    _built(tmp_path, {"edits": {}})
    with (tmp_path / "doorward.toml").open("a") as stream:
        stream.write('\n[[component]]\nname = "db"\nrole = "database"\nkind = "postgresql"\n')
    said = doorward("check", "--config", "doorward.toml")
    assert said.code == 0
    assert "not checked: db" in said.err


def test_the_calendar_tells_the_ends_of_suppressions(doorward: Run, tmp_path: Path) -> None:
    _built(tmp_path, NAMED["suppression_in_force"])
    said = doorward("check", "--config", "doorward.toml")
    assert "ends     9999-12-31  portal.toml:22: suppression of SERVICE-01" in said.out


def test_the_calendar_tells_the_ends_that_no_file_says(doorward: Run, tmp_path: Path) -> None:
    _built(tmp_path, NAMED["password_that_ends_late"])
    said = doorward("check", "--config", "doorward.toml")
    assert "ends     9999-12-01  doorward.toml:" in said.out
    assert "password of the directory account" in said.out
