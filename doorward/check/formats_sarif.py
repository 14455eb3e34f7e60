"""Findings and what stands beside them in, a SARIF 2.1.0 log out (OASIS, 2020-03-27). Pure.

One run: the rules that spoke, each with help; a result a finding, with the fingerprint of rule and pointer; suppressed
findings with their reason, and those of a baseline as unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from urllib.parse import quote

from doorward.check.rule import Rule
from doorward.check.suppressions import Suppressed, Suppression
from doorward.check.verdict import SessionVerdict
from doorward.model.fact import Where
from doorward.model.finding import Finding, Severity

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.OUTAGE: "error", Severity.PARTIAL: "error", Severity.LATENT: "warning", Severity.NOTE: "note"}
_DRIVE = re.compile(r"^[A-Za-z]:/")

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class End:
    """A day on which something ends that a file tells of."""

    day: date
    what: str
    where: Where


@dataclass(frozen=True, slots=True)
class Aside:
    """What a check knows beside the findings that it shows; `compared` = there was a baseline, and `people` how many
    are signed in where a finding is about everyone who is."""

    suppressed: tuple[Suppressed, ...] = ()
    forgiven: tuple[Finding, ...] = ()
    ends: tuple[End, ...] = ()
    compared: bool = False
    sessions: tuple[SessionVerdict, ...] = ()
    people: Mapping[Finding, int] = field(default_factory=dict)

    def effect(self, finding: Finding) -> str:
        """Who, how many if that is known, how and when."""
        effect = finding.effect
        number = f" ({self.people[finding]:,} people)" if finding in self.people else ""
        return f"{effect.who}{number} · {effect.symptom} · {effect.when}"


def sarif(findings: Sequence[Finding], aside: Aside, rules: Iterable[Rule]) -> Json:
    """The whole log."""
    told = [*findings, *(one.finding for one in aside.suppressed), *aside.forgiven]
    spoke = {finding.rule for finding in told}
    of_run = [rule for rule in rules if rule.id in spoke]
    numbers = {rule.id: number for number, rule in enumerate(of_run)}
    state = "new" if aside.compared else None
    results = [
        *(_result(finding, aside, numbers, state) for finding in findings),
        *(_result(one.finding, aside, numbers, state, one.by) for one in aside.suppressed),
        *(_result(finding, aside, numbers, "unchanged") for finding in aside.forgiven),
    ]
    run: Json = {
        "tool": {"driver": _driver(of_run)},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The folder in which the check ran."}}},
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(rules: Iterable[Rule]) -> Json:
    return {
        "name": "Doorward",
        "semanticVersion": version("doorward"),
        "shortDescription": {"text": "Checks authentication settings by what they do to people."},
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> Json:
    effect = rule.effect
    told = f"{effect.who} · {effect.symptom} · {effect.when}"
    sources = "\n".join(f"- {source}" for source in rule.sources)
    described: Json = {
        "id": rule.id,
        "shortDescription": {"text": rule.title + "."},
        "fullDescription": {"text": rule.page},
        "help": {
            "text": f"{rule.page}\n\nEffect: {told}",
            "markdown": f"{rule.page}\n\n**Effect:** {told}\n\nSources:\n\n{sources}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "severity": rule.severity,
            "tags": ["authentication", *effect.what],
            "catalogue": list(rule.catalogue),
        },
    }
    address = next((source for source in rule.sources if source.startswith("https://")), None)
    if address:
        described["helpUri"] = address.partition(" ")[0]
    return described


def _result(
    finding: Finding, aside: Aside, numbers: dict[str, int], state: str | None, by: Suppression | None = None
) -> Json:
    result: Json = {
        "ruleId": finding.rule,
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {aside.effect(finding)}. Fix: {finding.fix}"},
        "locations": [_location(finding.where)],
        "partialFingerprints": {"doorward/v1": finding.fingerprint},
        "properties": {"severity": finding.severity, "effect": list(finding.effect.what)},
    }
    if finding.rule in numbers:
        result["ruleIndex"] = numbers[finding.rule]
    if state:
        result["baselineState"] = state
    if by:
        kind = "inSource" if by.line is not None else "external"
        reason = f"until {by.until.isoformat()}: {by.reason}"
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": reason}]
    return result


def _location(where: Where) -> Json:
    """File and line; what was said on the command line has neither and is a logical place."""
    location: Json = {}
    if not where.path.startswith("--"):
        place: Json = {"artifactLocation": _artifact(where.path)}
        if where.line:
            place["region"] = {"startLine": where.line}
        location["physicalLocation"] = place
    named = where.pointer or (where.path if where.path.startswith("--") else "")
    if named:
        location["logicalLocations"] = [{"fullyQualifiedName": named, "kind": "member"}]
    return location


def _artifact(path: str) -> Json:
    """A relative path from where the check ran; an absolute one as a file address (RFC 8089)."""
    slashed = path.replace("\\", "/")
    if slashed.startswith("/") or _DRIVE.match(slashed):
        return {"uri": "file://" + ("" if slashed.startswith("/") else "/") + quote(slashed, safe="/:")}
    return {"uri": quote(slashed.removeprefix("./"), safe="/"), "uriBaseId": "%SRCROOT%"}
