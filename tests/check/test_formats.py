"""One set of findings in every format; JSON as the contract says, the others valid by their own rules."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.model.fact import Where
from doorward.model.finding import Difference, Effect, Finding, Severity, What
from doorward.systems import Target

FOUND = (
    Finding(
        rule="COOKIE-01",
        severity=Severity.OUTAGE,
        effect=Effect("everyone signed in", (What.EXISTING_SESSION,), "at once", "is signed out"),
        message="the cookie, 100% of it: renamed",
        fix="keep the name",
        where=Where("conf/settings.py", 12, "SESSION_COOKIE_NAME"),
        change=Difference("SESSION_COOKIE_NAME", "a", "b"),
        fingerprint="0123456789abcdef",
    ),
)
TARGETS = (Target("django", "conf.settings"),)


def test_json_is_the_contract() -> None:
    assert json.loads(check.render(FOUND, TARGETS, "json")) == {
        "schema": "doorward.check/1",
        "findings": [
            {
                "rule": "COOKIE-01",
                "severity": "outage",
                "effect": {
                    "who": "everyone signed in",
                    "what": ["existing-session"],
                    "when": "at once",
                    "symptom": "is signed out",
                },
                "message": "the cookie, 100% of it: renamed",
                "fix": "keep the name",
                "where": {"path": "conf/settings.py", "line": 12, "pointer": "SESSION_COOKIE_NAME"},
                "change": {"pointer": "SESSION_COOKIE_NAME", "before": "a", "after": "b"},
                "fingerprint": "0123456789abcdef",
            }
        ],
        "targets": ["django:conf.settings"],
    }


def test_text_is_a_line_a_finding_and_an_indented_hint() -> None:
    first, *rest = check.render(FOUND, TARGETS, "text").splitlines()
    assert first.startswith("outage   COOKIE-01   conf/settings.py:12 SESSION_COOKIE_NAME: the cookie")
    assert rest[0].strip() == "everyone signed in · is signed out · at once"
    assert rest[1].strip() == "fix: keep the name"
    assert rest[2] == "1 outage in django:conf.settings"


def test_text_says_when_all_is_fine() -> None:
    assert check.render((), TARGETS, "text").startswith("fine     django:conf.settings")


def test_sarif_has_the_rule_the_place_and_the_fingerprint() -> None:
    run = json.loads(check.render(FOUND, TARGETS, "sarif"))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["COOKIE-01"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 12}
    assert result["partialFingerprints"] == {"doorward/v1": "0123456789abcdef"}


def test_junit_fails_the_rule_that_spoke_and_no_other() -> None:
    suite = ElementTree.fromstring(check.render(FOUND, TARGETS, "junit")).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == (str(len(check.rules())), "1")
    failed = [case.get("name", "") for case in suite if case.find("failure") is not None]
    assert [name.split()[0] for name in failed] == ["COOKIE-01"]


def test_github_escapes_what_its_commands_cannot_hold() -> None:
    line = check.render(FOUND, TARGETS, "github")
    assert line.startswith("::error file=conf/settings.py,line=12,title=COOKIE-01 outage::the cookie, 100%25 of it")


def test_an_unknown_format_is_wrong_use() -> None:
    with pytest.raises(InputInvalid, match="one of: text"):
        check.render(FOUND, TARGETS, "prose")


@pytest.mark.parametrize(("fail_on", "reached"), [("outage", True), ("note", True), ("never", False)])
def test_a_finding_reaches_its_own_severity_and_those_below(fail_on: str, reached: bool) -> None:
    assert check.worst_reaches(FOUND, fail_on) is reached
