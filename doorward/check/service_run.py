"""One check from end to end: what was read in; the findings to show, and what stands beside them, out.

The order: rules over each file and each change, rules over the whole service, then what people decided to live with,
then what is to be said of those decisions. The day is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from doorward.check import finding, registry, service, suppressions
from doorward.check.formats_sarif import Aside
from doorward.check.rule import Tell
from doorward.check.service_calendar import calendar, ends
from doorward.check.signed_in import SignedIn
from doorward.check.verdict import SessionVerdict, verdict
from doorward.model.configuration import Configuration
from doorward.model.finding import Finding
from doorward.model.observation import Observation
from doorward.model.service import Component
from doorward.systems import Target

_UPKEEP = "IGNORE-"
_EVERYONE = "everyone signed in"


@dataclass(frozen=True, slots=True)
class Subject:
    """One configuration to check: `old` is what it would replace; `folders` are where its paths are looked for,
    `component` is set where doorward.toml names it, `signed_in` where somebody said how many people are, and `seen`
    where its addresses were asked."""

    target: Target
    new: Configuration
    old: Configuration | None = None
    folders: tuple[Path, ...] = ()
    component: Component | None = None
    signed_in: SignedIn | None = None
    seen: Observation | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check says: findings worst first, and what is not shown or ends."""

    findings: tuple[Finding, ...]
    aside: Aside


def checked(subjects: Sequence[Subject], now: datetime) -> Checked:
    """Everything that the rules say. Raises InputInvalid with every suppression that lacks a part."""
    parts = [_part(subject, now) for subject in subjects]
    whole = any(subject.component for subject in subjects)
    told_of = [finding.findings(registry.rules(), subject.new, subject.old, subject.seen) for subject in subjects]
    found = {one: None for of_one in told_of for one in of_one}
    for group in [parts] if whole else [[part] for part in parts]:
        found.update(dict.fromkeys(service.findings(group)))
    known = frozenset(rule.id for rule in registry.rules() if not rule.id.startswith(_UPKEEP))
    decided = suppressions.read(_files(subjects, found), _side_files(subjects, found), known)
    applied = suppressions.apply(found, decided, now.date(), _judged(subjects, whole))
    told = (*applied.shown, *service.upkeep(dict(applied.states)))
    aside = Aside(
        applied.suppressed,
        ends=calendar(decided, (configuration for _, configuration in parts), now.date()),
        sessions=_verdicts(subjects, told_of, now.date()),
        people=_people(subjects, told_of),
    )
    return Checked(tuple(sorted(told, key=service.order)), aside)


def _verdicts(
    subjects: Iterable[Subject], told_of: Iterable[tuple[Finding, ...]], today: date
) -> tuple[SessionVerdict, ...]:
    """One for each subject that would replace something; what stood there before is not the change's doing."""
    verdicts = []
    for subject, told in zip(subjects, told_of, strict=True):
        if subject.old is not None:
            stood = {one.fingerprint for one in finding.findings(registry.rules(), subject.old, None)}
            brought = [one for one in told if one.fingerprint not in stood]
            verdicts.append(verdict(subject.old, subject.new, brought, subject.signed_in, today))
    return tuple(verdicts)


def _people(subjects: Iterable[Subject], told_of: Iterable[tuple[Finding, ...]]) -> dict[Finding, int]:
    """How many people each finding about everyone signed in is about."""
    return {
        one: subject.signed_in.total
        for subject, told in zip(subjects, told_of, strict=True)
        if subject.signed_in is not None
        for one in told
        if one.effect.who == _EVERYONE
    }


def tells() -> dict[str, Tell]:
    """What each rule must see, by its id."""
    return {rule.id: rule.tell for rule in registry.rules()}


def _part(subject: Subject, now: datetime) -> service.Part:
    part = (subject.component, subject.new) if subject.component else service.alone(subject.new)
    return service.with_facts(part, lambda configuration: ends(configuration, subject.folders, now))


def _judged(subjects: Sequence[Subject], whole: bool) -> frozenset[str]:
    """The rules that could speak here: none over a file that does not load, none over a change that is not known."""
    can: set[Tell] = set()
    if all(subject.new.start_error is None for subject in subjects):
        can.add(Tell.FILE)
    if subjects and all(subject.old is not None for subject in subjects):
        can.add(Tell.CHANGE)
    if subjects and all(subject.seen is not None for subject in subjects):
        can.add(Tell.LIVE)
    if whole:
        can.add(Tell.SERVICE)
    return frozenset(rule.id for rule in registry.rules() if rule.tell in can)


def _files(subjects: Iterable[Subject], found: Iterable[Finding]) -> dict[str, Path]:
    """Every file that a subject was read from or a finding names, by the name that people know it by."""
    named = {one.where.path for one in found}
    files: dict[str, Path] = {}
    for subject in subjects:
        own = {setting.where.path for setting in subject.new.settings} | {subject.new.target} | named
        for name in sorted(own):
            path = _file(name, subject.folders)
            if path is not None:
                files.setdefault(name, path)
    return files


def _file(name: str, folders: Iterable[Path]) -> Path | None:
    return next((path for folder in folders if (path := folder / name).is_file()), None)


def _side_files(subjects: Sequence[Subject], found: Iterable[Finding]) -> dict[str, Path]:
    """`doorward-ignore.toml` beside each file that was read, and in the folders from which the check looks."""
    places = [path.parent for path in _files(subjects, found).values()]
    places += [folder for subject in subjects for folder in subject.folders]
    roots = tuple(folder.resolve() for subject in subjects for folder in subject.folders)
    side_files = (place.resolve() / suppressions.SIDE_FILE for place in places)
    return {_seen_from(roots, path): path for path in side_files if path.is_file()}


def _seen_from(roots: Iterable[Path], path: Path) -> str:
    return next((str(path.relative_to(root)) for root in roots if path.is_relative_to(root)), str(path))
