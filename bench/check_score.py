"""A prediction and a rehearsal of one change in, a verdict out; then the tables. Pure.

Predicted are the probes that new findings above `note` name; `start` stands for all eight. New is a finding that the
old configuration has not. A probe that is not tried, or works on neither side, says nothing of the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from doorward.check.rehearsal import Rehearsal, Verdict
from doorward.check.rehearsal.outcome import PROBES
from doorward.model.finding import Finding, Severity, What

PREDICTED_GOAL = 0.95
"""Of the breaking changes, those that must be predicted with every probe that breaks and none that does not."""


class Label(StrEnum):
    """What a person says of a change, before anything ran."""

    BREAKING = "breaking"
    HARMLESS = "harmless"
    UNSEEN = "unseen"


class Mark(StrEnum):
    """How a prediction was met by the rehearsal."""

    EXACT = "exact"
    TOO_LITTLE = "too little"
    TOO_MUCH = "too much"
    BOTH = "too little and too much"
    MISSED = "missed"
    FALSE_ALARM = "false alarm"
    UNREHEARSED = "not rehearsed"


@dataclass(frozen=True, slots=True)
class Scored:
    """One change: what was said before, and what was seen. `deploy` = `manage.py check --deploy` said something new.

    `failure` says why it could not be rehearsed, empty for one that was.
    """

    name: str
    row: str
    label: Label
    predicted: frozenset[What]
    broken: frozenset[What]
    loudest: Severity | None
    rules: tuple[str, ...]
    deploy: bool
    took_s: float
    failure: str = ""

    @property
    def mark(self) -> Mark:
        """Exact also where nothing breaks and nothing is predicted."""
        return Mark.UNREHEARSED if self.failure else self._met()

    def _met(self) -> Mark:
        if self.predicted == self.broken:
            return Mark.EXACT
        if not self.predicted:
            return Mark.MISSED
        if not self.broken:
            return Mark.FALSE_ALARM
        if self.predicted < self.broken:
            return Mark.TOO_LITTLE
        return Mark.TOO_MUCH if self.predicted > self.broken else Mark.BOTH

    @property
    def is_loud(self) -> bool:
        """Whether anything above `note` was said."""
        return self.loudest is not None and self.loudest.rank < Severity.NOTE.rank


def new_findings(found: Iterable[Finding], standing: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that do not also hold for the old configuration by itself."""
    known = {one.fingerprint for one in standing}
    return tuple(one for one in found if one.fingerprint not in known)


def predicted(found: Iterable[Finding], rehearsal: Rehearsal) -> frozenset[What]:
    """The probes that findings above `note` say will break, of those that could be seen to."""
    told = {what for one in found if one.severity.rank < Severity.NOTE.rank for what in one.effect.what}
    seen = {one.probe for one in rehearsal.probes if one.verdict in (Verdict.FINE, Verdict.BROKEN)}
    return frozenset(seen if What.START in told else told & seen)


def loudest(found: Iterable[Finding]) -> Severity | None:
    """The worst severity, None if there are none."""
    return min((one.severity for one in found), key=lambda severity: severity.rank, default=None)


@dataclass(frozen=True, slots=True)
class Goals:
    """What was reached of what the check is meant to reach: counts, each with its whole."""

    breaking: int
    caught: int
    exact: int
    rehearsed: int
    harmless: int
    loud: int
    disturbed: int
    failed: int

    @property
    def reached(self) -> bool:
        """95 % exact, all found by rehearsal, nothing above `note` or broken where harmless, each one rehearsed."""
        exact = self.exact >= PREDICTED_GOAL * self.breaking
        quiet = not self.loud and not self.disturbed and not self.failed
        return exact and self.rehearsed == self.breaking and quiet


def goals(scored: Sequence[Scored]) -> Goals:
    """Counted over the breaking and the harmless changes; those that no probe can see are left out."""
    breaking = [one for one in scored if one.label is Label.BREAKING]
    harmless = [one for one in scored if one.label is Label.HARMLESS]
    return Goals(
        breaking=len(breaking),
        caught=sum(bool(one.predicted) for one in breaking),
        exact=sum(one.mark is Mark.EXACT and bool(one.broken) for one in breaking),
        rehearsed=sum(bool(one.broken) for one in breaking),
        harmless=len(harmless),
        loud=sum(one.is_loud for one in harmless),
        disturbed=sum(bool(one.broken) for one in harmless),
        failed=sum(bool(one.failure) for one in scored),
    )


def table(scored: Sequence[Scored]) -> str:
    """How many changes of each label had which mark, and for how many the framework's own check spoke."""
    lines = [
        "| changes | all | " + " | ".join(Mark) + " | `check --deploy` says anything new |",
        "|---" * (len(Mark) + 3) + "|",
    ]
    for label in (Label.BREAKING, Label.HARMLESS):
        own = [one for one in scored if one.label is label]
        counts = [sum(one.mark is mark for one in own) for mark in Mark]
        lines.append(f"| {label} | {len(own)} | {' | '.join(map(str, counts))} | {sum(one.deploy for one in own)} |")
    return "\n".join(lines)


def summary(reached: Goals) -> str:
    """The goals, one line each."""
    share = reached.exact / reached.breaking if reached.breaking else 1.0
    return "\n".join(
        (
            f"breaking changes predicted probe by probe: {reached.exact} of {reached.breaking}"
            f" = {share:.1%} (goal {PREDICTED_GOAL:.0%}); told of at all: {reached.caught}",
            f"breaking changes found by rehearsal: {reached.rehearsed} of {reached.breaking} (goal all)",
            f"harmless changes with a finding above note: {reached.loud} of {reached.harmless} (goal none);"
            f" broken in rehearsal: {reached.disturbed}",
            f"changes that could not be rehearsed: {reached.failed} (goal none)",
        )
    )


def faults(scored: Iterable[Scored]) -> str:
    """Every change that was not met exactly, with what was said too little and too much."""
    lines: list[str] = []
    for one in scored:
        if one.label is Label.UNSEEN or (one.mark is Mark.EXACT and not _is_odd(one)):
            continue
        lines.append(f"{one.mark}: {one.name} ({one.row or 'no row'}) by {', '.join(one.rules) or 'no rule'}")
        lines.append(f"    broken:    {named(one.broken)}")
        lines.append(f"    predicted: {named(one.predicted)}")
    return "\n".join(lines)


def _is_odd(one: Scored) -> bool:
    """Whether the label is contradicted, though prediction and rehearsal agree."""
    return (one.label is Label.BREAKING) != bool(one.broken) or (one.label is Label.HARMLESS and one.is_loud)


def unseen(scored: Iterable[Scored]) -> str:
    """What no probe stands for: what was said of it."""
    return "\n".join(
        f"{one.loudest or 'nothing said':<13} {one.name} ({one.row}): {', '.join(one.rules)}"
        + (f"; rehearsal: {named(one.broken)}" if one.broken else "")
        for one in scored
        if one.label is Label.UNSEEN
    )


def unrehearsed(scored: Iterable[Scored]) -> str:
    """What could not be checked or rehearsed, and why."""
    return "\n".join(f"{one.name}: could not be rehearsed: {one.failure}" for one in scored if one.failure)


def named(probes: Iterable[What]) -> str:
    """The probes in their order, `all` for all of them."""
    held = frozenset(probes)
    if held == frozenset(PROBES):
        return "all"
    return ", ".join(probe for probe in PROBES if probe in held) or "none"
