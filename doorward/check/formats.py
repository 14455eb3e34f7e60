"""Findings in, text for a person or a machine out: text, JSON, SARIF 2.1.0, JUnit XML, GitHub annotations. Pure.

SARIF is drawn in `formats_sarif`, which also says what the formats know beside the findings: an Aside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import msgspec

from doorward.check import formats_sessions
from doorward.check.formats_sarif import Aside, sarif
from doorward.check.registry import rules
from doorward.errors import InputInvalid, Problem
from doorward.model.finding import Finding, Severity
from doorward.systems import Target

SCHEMA = "doorward.check/1"
_GITHUB_LEVELS = {
    Severity.OUTAGE: "error",
    Severity.PARTIAL: "error",
    Severity.LATENT: "warning",
    Severity.NOTE: "notice",
}

Findings = Sequence[Finding]
Targets = Sequence[Target | str]
"""What was checked; a text is shown as it is."""


def render(findings: Findings, targets: Targets, form: str, aside: Aside | None = None) -> str:
    """The findings in that format, one of FORMATS, without a newline at the end; `aside` = what is not shown, and why.

    Raises InputInvalid for a format that is not known.
    """
    known(form)
    return FORMATS[form](findings, targets, aside or Aside())


def known(form: str) -> None:
    """Raises InputInvalid for a format that is not known: a check that takes long should say so before it begins."""
    if form not in FORMATS:
        what = f"format {form!r} is not known"
        raise InputInvalid((Problem("format.unknown", what, "--format", f"one of: {', '.join(FORMATS)}"),))


def _text(findings: Findings, targets: Targets, aside: Aside) -> str:
    """One line a finding (severity, id, where, message), then what it does to people and what to do, indented."""
    named = ", ".join(_names(targets))
    if not findings:
        fine = f"fine     {named}: nothing found that stops sign-in or signs people out"
        return "\n".join([fine, *_beside(aside)])
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{finding.severity:<8} {finding.rule:<11} {finding.where}: {finding.message}")
        lines.append(f"         {aside.effect(finding)}")
        lines.append(f"         fix: {finding.fix}")
    counts = ", ".join(f"{n} {severity}" for severity in Severity if (n := _count(findings, severity)))
    return "\n".join([*lines, f"{counts} in {named}", *_beside(aside)])


def _beside(aside: Aside) -> list[str]:
    """What is not shown, and what ends: after the findings, for it is not one."""
    lines = [
        f"ignored  {one.finding.rule:<11} {one.finding.where}: until {one.by.until}, {one.by.reason}"
        for one in aside.suppressed
    ]
    if aside.forgiven:
        lines.append(f"baseline {len(aside.forgiven)} standing finding(s) that were there before")
    lines += [f"ends     {end.day}  {end.where}: {end.what}" for end in aside.ends]
    return [*lines, *formats_sessions.text(aside.sessions)]


def _names(targets: Targets) -> list[str]:
    return [target if isinstance(target, str) else f"{target.kind}:{target.name}" for target in targets]


def _count(findings: Findings, severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)


def _json(findings: Findings, targets: Targets, aside: Aside) -> str:
    """The contract `doorward.check/1`."""
    whole = {
        "schema": SCHEMA,
        "findings": [_finding(finding, aside.people.get(finding)) for finding in findings],
        "targets": _names(targets),
        **_of_aside(aside),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _of_aside(aside: Aside) -> dict[str, object]:
    """Keys that stand there only when there is something to say."""
    suppressed = [
        {**_finding(one.finding), "until": one.by.until.isoformat(), "reason": one.by.reason}
        for one in aside.suppressed
    ]
    ends = [{"day": end.day.isoformat(), "what": end.what, "where": str(end.where)} for end in aside.ends]
    forgiven = [_finding(finding) for finding in aside.forgiven]
    sessions = formats_sessions.table(aside.sessions)
    told = {"suppressed": suppressed, "baseline": forgiven, "ends": ends, "sessions": sessions}
    return {key: value for key, value in told.items() if value}


def _finding(finding: Finding, people: int | None = None) -> dict[str, object]:
    """As the contract has it; `effect.people` is how many, where that is known."""
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
            **({} if people is None else {"people": people}),
        },
        "message": finding.message,
        "fix": finding.fix,
        "where": {"path": where.path, "line": where.line, "pointer": where.pointer},
        "change": {"pointer": change.pointer, "before": change.before, "after": change.after} if change else None,
        "fingerprint": finding.fingerprint,
    }


def _sarif(findings: Findings, targets: Targets, aside: Aside) -> str:
    whole = sarif(findings, aside, rules())
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _junit(findings: Findings, targets: Targets, aside: Aside) -> str:
    """One test case a rule: failed if the rule spoke above a note, skipped if all that it said is suppressed."""
    named = ", ".join(_names(targets))
    suite = ElementTree.Element("testsuite", name=_xml(f"doorward check {named}"))
    failures = skipped = 0
    for rule in rules():
        case = ElementTree.SubElement(suite, "testcase", classname="doorward.check", name=f"{rule.id} {rule.title}")
        spoke = [f for f in findings if f.rule == rule.id and f.severity is not Severity.NOTE]
        put_off = [one for one in aside.suppressed if one.finding.rule == rule.id]
        if spoke:
            failures += 1
            failure = ElementTree.SubElement(case, "failure", type=spoke[0].severity, message=_xml(spoke[0].message))
            failure.text = "\n".join(_xml(f"{f.where}: {f.message}. {aside.effect(f)}. Fix: {f.fix}") for f in spoke)
        elif put_off:
            skipped += 1
            reasons = "; ".join(f"until {one.by.until}: {one.by.reason}" for one in put_off)
            ElementTree.SubElement(case, "skipped", message=_xml(reasons))
    counts = {"tests": len(rules()), "failures": failures, "errors": 0, "skipped": skipped}
    whole = ElementTree.Element("testsuites", name="doorward")
    for element in (whole, suite):
        for key, count in counts.items():
            element.set(key, str(count))
    whole.append(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(whole, encoding="unicode")


def _xml(text: str) -> str:
    """Without what XML 1.0 cannot hold (section 2.2): most control characters, lone surrogates, U+FFFE and U+FFFF."""
    return "".join(sign if _is_xml(ord(sign)) else "?" for sign in text)


def _is_xml(code: int) -> bool:
    return code in (0x9, 0xA) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _github(findings: Findings, targets: Targets, aside: Aside) -> str:
    """Workflow commands: annotations at file and line, at the file alone where no line is known."""
    return "\n".join(
        f"::{_GITHUB_LEVELS[f.severity]} {_place(f)}title={_property(f'{f.rule} {f.severity}')}"
        f"::{_data(f'{f.message}. {aside.effect(f)}. Fix: {f.fix}')}"
        for f in findings
    )


def _place(finding: Finding) -> str:
    """`file=…,line=…,`; nothing for what was said on the command line, which is no file."""
    where = finding.where
    if where.path.startswith("--"):
        return ""
    line = f"line={where.line}," if where.line else ""
    return f"file={_property(where.path)},{line}"


def _data(text: str) -> str:
    """Workflow commands end at a line break, and `%` begins what they escape."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Callable[[Findings, Targets, Aside], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
}
