"""The whole service: all its configurations together, and what none of them can tell alone.

In: components with their configurations. Out: findings of the rules that see the whole service. A target that was
named by itself is a service of one part: rules that compare two stay silent, those that look after suppressions speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import cast

from doorward.check import registry
from doorward.check.finding import fingerprint
from doorward.check.rule import GuardedService, Hit, Rule, ServiceCheck, Tell
from doorward.check.suppressions import State, Suppression, facts
from doorward.model.configuration import Configuration
from doorward.model.fact import Fact
from doorward.model.finding import Finding
from doorward.model.service import Component, Role

Part = tuple[Component, Configuration]


def findings(parts: Iterable[Part]) -> tuple[Finding, ...]:
    """What every rule over the whole service says, worst first; of each environment by itself."""
    rules = [rule for rule in registry.rules() if rule.tell is Tell.SERVICE]
    found = {
        _finding(rule, hit): None
        for service in _environments(tuple(parts))
        for rule in rules
        for hit in cast(ServiceCheck, rule.check)(service)
    }
    return tuple(sorted(found, key=order))


def _environments(parts: tuple[Part, ...]) -> Iterator[GuardedService]:
    """What serves no environment by name serves each of them."""
    for name in sorted({component.environment for component, _ in parts} - {""}) or [""]:
        own = tuple(part for part in parts if part[0].environment in ("", name))
        yield GuardedService(own, tuple(part for part in parts if part not in own))


def order(finding: Finding) -> tuple[int, str, int, str, str]:
    """Worst first, then by place and rule: the same order in every run."""
    return finding.severity.rank, finding.where.path, finding.where.line, finding.rule, finding.where.pointer


def _finding(rule: Rule, hit: Hit) -> Finding:
    return Finding(
        rule=rule.id,
        severity=hit.severity or rule.severity,
        effect=hit.effect or rule.effect,
        message=hit.message,
        fix=hit.fix or rule.fix,
        where=hit.where,
        change=hit.change,
        fingerprint=fingerprint(rule.id, hit),
    )


def alone(configuration: Configuration) -> Part:
    """A configuration that was named by itself, as a component of its own."""
    is_provider = configuration.flow("single-sign-on-provider") is not None
    role = Role.PROVIDER if is_provider else Role.CLIENT
    return Component(configuration.target, role, configuration.kind), configuration


def upkeep(states: dict[Suppression, State]) -> tuple[Finding, ...]:
    """What is to be said of the suppressions themselves."""
    return findings((alone(holding(facts(states))),))


def holding(told: Sequence[Fact]) -> Configuration:
    """A configuration that says these facts and nothing else."""
    return Configuration("doorward", "suppressions", tuple(told), ())


def with_facts(part: Part, tell: Callable[[Configuration], Sequence[Fact]]) -> Part:
    """The part with what `tell` says of its configuration added."""
    component, configuration = part
    return component, replace(configuration, facts=(*configuration.facts, *tell(configuration)))
