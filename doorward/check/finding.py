"""Rules over configurations in, findings out: worst first, in an order that does not change from run to run. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import cast

from doorward.check.rule import ChangeCheck, FileCheck, Hit, Hits, LiveCheck, Rule, Tell
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Finding
from doorward.model.observation import Observation


def findings(
    rules: Iterable[Rule], new: Configuration, old: Configuration | None, seen: Observation | None = None
) -> tuple[Finding, ...]:
    """What the rules say of `new`, if `old` is given of the step from it, and if `seen` is of what it answers now."""
    changed = {} if old is None else {change.pointer: change for change in differences(old, new)}
    found = {_key(finding): finding for rule in rules for finding in _of(rule, new, old, seen, changed)}
    return tuple(sorted(found.values(), key=_order))


def differences(old: Configuration, new: Configuration) -> tuple[Difference, ...]:
    """Every setting that one has and the other has not, or has otherwise; secrets by digest."""
    before = {setting.pointer: setting.shown for setting in old.settings}
    after = {setting.pointer: setting.shown for setting in new.settings}
    pointers = sorted({*before, *after})
    changed = (p for p in pointers if (p in before) != (p in after) or before.get(p) != after.get(p))
    return tuple(Difference(p, before.get(p), after.get(p)) for p in changed)


def _of(
    rule: Rule,
    new: Configuration,
    old: Configuration | None,
    seen: Observation | None,
    changed: dict[str, Difference],
) -> Iterator[Finding]:
    """A finding about this file also says what stood there before, if that has changed."""
    for hit in _hits(rule, new, old, seen):
        yield Finding(
            rule=rule.id,
            severity=hit.severity or rule.severity,
            effect=hit.effect or rule.effect,
            message=hit.message,
            fix=hit.fix or rule.fix,
            where=hit.where,
            change=hit.change or changed.get(hit.where.pointer),
            fingerprint=fingerprint(rule.id, hit),
        )


def _hits(rule: Rule, new: Configuration, old: Configuration | None, seen: Observation | None) -> Hits:
    if rule.tell is Tell.FILE:
        yield from cast(FileCheck, rule.check)(new)
    elif rule.tell is Tell.CHANGE and old is not None:
        yield from cast(ChangeCheck, rule.check)(old, new)
    elif rule.tell is Tell.LIVE and seen is not None:
        yield from cast(LiveCheck, rule.check)(new, seen)


def fingerprint(rule_id: str, hit: Hit) -> str:
    """Sixteen hex digits of rule and pointer, so that a finding keeps its name when lines move."""
    return hashlib.sha256(f"{rule_id}|{hit.where.pointer or hit.where.path}".encode()).hexdigest()[:16]


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, str(finding.where), finding.message


def _order(finding: Finding) -> tuple[int, str, int, str, str]:
    return finding.severity.rank, finding.where.path, finding.where.line, finding.rule, finding.where.pointer
