"""Findings in, text for a person or a machine out: text, JSON, SARIF 2.1.0, JUnit XML, GitHub annotations. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import msgspec

from doorward.check.registry import rules
from doorward.errors import InputInvalid, Problem
from doorward.model.finding import Finding, Severity
from doorward.systems import Target

SCHEMA = "doorward.check/1"
_SARIF_LEVELS = {Severity.OUTAGE: "error", Severity.PARTIAL: "error", Severity.LATENT: "warning", Severity.NOTE: "note"}
_GITHUB_LEVELS = {
    Severity.OUTAGE: "error",
    Severity.PARTIAL: "error",
    Severity.LATENT: "warning",
    Severity.NOTE: "notice",
}

Findings = Sequence[Finding]
Targets = Sequence[Target | str]
"""What was checked; a text is shown as it is."""


def render(findings: Findings, targets: Targets, form: str) -> str:
    """The findings in that format, one of FORMATS, without a newline at the end."""
    if form not in FORMATS:
        what = f"format {form!r} is not known"
        raise InputInvalid((Problem("format.unknown", what, "--format", f"one of: {', '.join(FORMATS)}"),))
    return FORMATS[form](findings, targets)


def _text(findings: Findings, targets: Targets) -> str:
    """One line a finding (severity, id, where, message), then what it does to people and what to do, indented."""
    named = ", ".join(_names(targets))
    if not findings:
        return f"fine     {named}: nothing found that stops sign-in or signs people out"
    lines: list[str] = []
    for finding in findings:
        effect = finding.effect
        lines.append(f"{finding.severity:<8} {finding.rule:<11} {finding.where}: {finding.message}")
        lines.append(f"         {effect.who} · {effect.symptom} · {effect.when}")
        lines.append(f"         fix: {finding.fix}")
    counts = ", ".join(f"{n} {severity}" for severity in Severity if (n := _count(findings, severity)))
    return "\n".join([*lines, f"{counts} in {named}"])


def _names(targets: Targets) -> list[str]:
    return [target if isinstance(target, str) else f"{target.kind}:{target.name}" for target in targets]


def _count(findings: Findings, severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)


def _json(findings: Findings, targets: Targets) -> str:
    """The contract `doorward.check/1`."""
    whole = {
        "schema": SCHEMA,
        "findings": [_finding(finding) for finding in findings],
        "targets": _names(targets),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _finding(finding: Finding) -> dict[str, object]:
    change = finding.change
    where = finding.where
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "effect": {
            "who": finding.effect.who,
            "what": list(finding.effect.what),
            "when": finding.effect.when,
            "symptom": finding.effect.symptom,
        },
        "message": finding.message,
        "fix": finding.fix,
        "where": {"path": where.path, "line": where.line, "pointer": where.pointer},
        "change": {"pointer": change.pointer, "before": change.before, "after": change.after} if change else None,
        "fingerprint": finding.fingerprint,
    }


def _sarif(findings: Findings, targets: Targets) -> str:
    """SARIF 2.1.0: one run, the rules that spoke, and a fingerprint of rule and pointer."""
    spoke = {finding.rule for finding in findings}
    driver = {
        "name": "Doorward",
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.page},
                "helpUri": next(source for source in (*rule.sources, "") if not source or "://" in source),
                "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
            }
            for rule in rules()
            if rule.id in spoke
        ],
    }
    for rule in driver["rules"]:
        if isinstance(rule, dict) and not rule["helpUri"]:
            del rule["helpUri"]
    run = {"tool": {"driver": driver}, "results": [_result(finding) for finding in findings]}
    whole = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _result(finding: Finding) -> dict[str, object]:
    effect = finding.effect
    place: dict[str, object] = {"artifactLocation": {"uri": finding.where.path.replace("\\", "/")}}
    if finding.where.line:
        place["region"] = {"startLine": finding.where.line}
    return {
        "ruleId": finding.rule,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {effect.who} · {effect.symptom} · {effect.when}. Fix: {finding.fix}"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"doorward/v1": finding.fingerprint},
    }


def _junit(findings: Findings, targets: Targets) -> str:
    """One test case a rule; a rule that spoke above a note has failed."""
    suite = ElementTree.Element("testsuite", name="doorward check")
    failures = 0
    for rule in rules():
        case = ElementTree.SubElement(suite, "testcase", classname="doorward.check", name=f"{rule.id} {rule.title}")
        spoke = [f for f in findings if f.rule == rule.id and f.severity is not Severity.NOTE]
        failures += bool(spoke)
        if spoke:
            failure = ElementTree.SubElement(case, "failure", type=spoke[0].severity, message=_xml(spoke[0].message))
            failure.text = "\n".join(_xml(f"{f.where}: {f.message}; {f.fix}") for f in spoke)
    suite.set("tests", str(len(rules())))
    suite.set("failures", str(failures))
    whole = ElementTree.Element("testsuites")
    whole.append(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(whole, encoding="unicode")


def _xml(text: str) -> str:
    """Without the control characters that XML 1.0 cannot hold."""
    return "".join(sign if sign >= " " or sign in "\t\n" else "?" for sign in text)


def _github(findings: Findings, targets: Targets) -> str:
    """Workflow commands: annotations at file and line."""
    return "\n".join(
        f"::{_GITHUB_LEVELS[f.severity]} file={_property(f.where.path)},line={max(f.where.line, 1)},"
        f"title={_property(f'{f.rule} {f.severity}')}::{_data(f'{f.message}. Fix: {f.fix}')}"
        for f in findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Callable[[Findings, Targets], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
}
