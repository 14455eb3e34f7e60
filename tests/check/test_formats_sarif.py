"""SARIF 2.1.0: every log is held against the standard's own schema, which `make schemas` fetches, and against what the
standard asks for beyond it (OASIS, sections 3.13 to 3.54)."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

from doorward import check
from doorward.check.formats import render
from doorward.check.formats_sarif import Aside
from doorward.check.suppressions import Suppressed, Suppression
from doorward.model.fact import Where
from doorward.model.finding import Effect, Finding, Severity, What
from tests.check.cases import cases

SCHEMA = Path(__file__).parents[2] / ".schemas" / "sarif-2.1.0-rtm.5.json"
EFFECT = Effect("everyone signed in", (What.EXISTING_SESSION,), "at once", "is signed out")
ALLOWED = {
    "log": {"$schema", "version", "runs"},
    "run": {"tool", "invocations", "columnKind", "originalUriBaseIds", "results"},
    "driver": {"name", "semanticVersion", "shortDescription", "rules"},
    "rule": {
        "id",
        "shortDescription",
        "fullDescription",
        "help",
        "helpUri",
        "defaultConfiguration",
        "properties",
    },
    "result": {
        "ruleId",
        "ruleIndex",
        "kind",
        "level",
        "message",
        "locations",
        "partialFingerprints",
        "properties",
        "baselineState",
        "suppressions",
    },
    "location": {"physicalLocation", "logicalLocations"},
}
LEVELS = {"none", "note", "warning", "error"}


def _finding(severity: Severity = Severity.OUTAGE, where: Where | None = None, rule: str = "COOKIE-01") -> Finding:
    place = where or Where("conf/a b%.toml", 12, "session.cookie_name")
    return Finding(rule, severity, EFFECT, "re\nnamed", "keep", place, None, "0123456789abcdef")


@cache
def _schema() -> Draft4Validator:
    if not SCHEMA.is_file():
        pytest.skip("the SARIF schema is not there: make schemas")
    return Draft4Validator(json.loads(SCHEMA.read_text()))


def _faults(log: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in _schema().iter_errors(log)]


def _run(*found: Finding, aside: Aside | None = None) -> dict[str, object]:
    log = json.loads(render(found, ("school:a.toml",), "sarif", aside))
    if SCHEMA.is_file():
        assert _faults(log) == []
    assert set(log) == ALLOWED["log"]
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def _results(run: dict[str, object]) -> list[dict[str, object]]:
    results = run["results"]
    assert isinstance(results, list)
    return results


def test_every_key_is_one_of_the_standard() -> None:
    by = Suppression("KEY-01", date(2027, 1, 31), "soon", Where("doorward-ignore.toml", 1), pointer="x")
    aside = Aside((Suppressed(_finding(rule="KEY-01"), by),), (_finding(rule="KEY-03"),), (), True)
    run = _run(*(_finding(severity) for severity in Severity), aside=aside)
    assert set(run) <= ALLOWED["run"]
    driver = run["tool"]["driver"]  # type: ignore[index]
    assert set(driver) <= ALLOWED["driver"]
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", driver["semanticVersion"])
    for rule in driver["rules"]:
        assert set(rule) <= ALLOWED["rule"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
        assert rule["help"]["text"]
        assert "Why:" in rule["help"]["markdown"]
        assert rule.get("helpUri", "https://").startswith("https://")
        assert " " not in rule.get("helpUri", "")
    for result in _results(run):
        assert set(result) <= ALLOWED["result"]
        assert result["level"] in LEVELS
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert all(set(location) <= ALLOWED["location"] for location in result["locations"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.OUTAGE, "error"),
        (Severity.PARTIAL, "error"),
        (Severity.LATENT, "warning"),
        (Severity.NOTE, "note"),
    ],
)
def test_the_level_follows_from_the_severity(severity: Severity, level: str) -> None:
    (result,) = _results(_run(_finding(severity)))
    assert result["level"] == level


@pytest.mark.parametrize(
    ("where", "physical"),
    [
        (
            Where("conf/a b%.toml", 12, "x"),
            {
                "artifactLocation": {"uri": "conf/a%20b%25.toml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 12},
            },
        ),
        (Where("./a.toml", 0, "x"), {"artifactLocation": {"uri": "a.toml", "uriBaseId": "%SRCROOT%"}}),
        (Where("/etc/ü.toml"), {"artifactLocation": {"uri": "file:///etc/%C3%BC.toml"}}),
        (Where("C:\\conf\\a.toml"), {"artifactLocation": {"uri": "file:///C:/conf/a.toml"}}),
        (Where("--public-url"), None),
    ],
)
def test_a_place_is_an_address_and_a_region_only_where_there_is_a_line(where: Where, physical: object) -> None:
    (result,) = _results(_run(_finding(where=where)))
    (location,) = result["locations"]  # type: ignore[misc]
    assert location.get("physicalLocation") == physical
    assert bool(location.get("logicalLocations")) == bool(where.pointer or physical is None)


def test_the_fingerprint_is_of_rule_and_pointer_and_never_of_the_line() -> None:
    here, there = _finding(), _finding(where=Where("conf/a b%.toml", 99, "session.cookie_name"))
    told = [result["partialFingerprints"] for result in _results(_run(here, there))]
    assert told[0] == told[1] == {"doorward/v1": "0123456789abcdef"}


@pytest.mark.parametrize(("line", "kind"), [(12, "inSource"), (None, "external")])
def test_what_is_suppressed_is_there_with_its_reason(line: int | None, kind: str) -> None:
    by = Suppression("COOKIE-01", date(2027, 1, 31), "by mail", Where("a.toml", 11), line=line)
    (result,) = _results(_run(aside=Aside((Suppressed(_finding(), by),))))
    assert result["suppressions"] == [
        {"kind": kind, "status": "accepted", "justification": "until 2027-01-31: by mail"}
    ]


def test_beside_a_baseline_each_result_says_whether_it_is_new() -> None:
    run = _run(_finding(), aside=Aside(forgiven=(_finding(rule="KEY-03"),), compared=True))
    assert [result["baselineState"] for result in _results(run)] == ["new", "unchanged"]
    assert all("baselineState" not in result for result in _results(_run(_finding())))


def test_the_schema_refuses_what_is_no_sarif() -> None:
    assert _faults({"version": "2.1.0", "runs": [{"results": [{"level": "outage"}]}]})


@pytest.mark.parametrize("kind", sorted({case.kind for case in cases()} - {"django"}))
def test_what_is_found_in_files_of_each_kind_is_a_log_of_the_schema(kind: str) -> None:
    for case in cases():
        if case.kind == kind:
            assert _faults(json.loads(render(case.found(), (f"{kind}:{case.name}",), "sarif"))) == []


def test_a_check_that_finds_nothing_is_a_log_too() -> None:
    assert _results(_run()) == []


def test_every_rule_there_is_can_be_told() -> None:
    found = [_finding(rule=rule.id) for rule in check.rules()]
    run = _run(*found)
    assert len(run["tool"]["driver"]["rules"]) == len(check.rules())  # type: ignore[index]
