"""1 check: the components of a doorward.toml, as they stand or at both ends of a git range, and who is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from doorward import check as stage
from doorward.check import git_range
from doorward.check.service_run import Subject
from doorward.check.service_subjects import folders, written
from doorward.check.signed_in import SignedIn, counted, said
from doorward.commands.shared import DEFAULT_CONFIG, progress
from doorward.errors import CapabilityMissing, InputInvalid, Problem, SystemUnreachable
from doorward.model.configuration import Configuration
from doorward.model.service import Component, Role
from doorward.settings import Settings, load
from doorward.settings_tables import ComponentTable
from doorward.systems import systems
from doorward.wiring import guarded


def of_config(config: Path) -> list[Subject]:
    """Every component of that doorward.toml as it stands."""
    return of_service(load(config))


def of_service(settings: Settings, seen_from: Path | None = None) -> list[Subject]:
    """Every component that can be read: the proxy first, for it may tell which headers it sets.

    Paths are as seen from `seen_from`, default: the folder in which the check runs.
    """
    readable = [table for table in settings.component if _is_readable(settings, table)]
    readable.sort(key=lambda table: table.role is not Role.PROXY)
    proxies = [table for table in readable if table.role is Role.PROXY]
    subjects: list[Subject] = []
    headers: tuple[str, ...] = ()
    problems: list[Problem] = []
    for table in readable:
        target = guarded.target(settings, table)
        if not target.forwarded and table.role is not Role.PROXY:
            target = replace(target, forwarded=headers)
        try:
            new = git_range.relocated(stage.read(target), seen_from or Path.cwd())
        except InputInvalid as error:
            problems.extend(error.problems)
            continue
        if len(proxies) == 1 and table.role is Role.PROXY:
            headers = _told_headers(new)
        component = Component(table.name, table.role, table.kind, table.environment)
        new = replace(new, facts=(*new.facts, *guarded.told(settings, table)))
        subjects.append(Subject(target, new, None, (*folders(target), settings.directory), component))
    if problems:
        raise InputInvalid(tuple(problems))
    return subjects


def _is_readable(settings: Settings, table: ComponentTable) -> bool:
    kind = systems().get(table.kind)
    if kind is None or kind.read is None or not guarded.target(settings, table).name:
        progress(f"not checked: {table.name}: nothing reads the configuration of a {table.kind}")
        return False
    return True


def _told_headers(configuration: Configuration) -> tuple[str, ...]:
    flow = configuration.flow("forwarded-headers")
    return (flow.values or ()) if flow else ()


def of_service_range(config: Path, revisions: str, scratch: Path) -> list[Subject]:
    """Every component at the new end, with what it was at the old one. A component that was not there yet, or could not
    be read then, has nothing to be compared with. Raises InputInvalid for a range or a new end that cannot be read."""
    here = load(config)
    span = git_range.parse(revisions, config.resolve().parent)
    new_end = written(span.root, span.new, scratch / "new")
    now = of_service(_moved(here, span.root, new_end), new_end)
    old_end = written(span.root, span.old, scratch / "old")
    before = _before(here, span.root, old_end)
    return [replace(subject, old=before.get(_name(subject))) for subject in now]


def _name(subject: Subject) -> str:
    return subject.component.name if subject.component else ""


def _moved(here: Settings, root: Path, end: Path | None) -> Settings:
    """The settings as the copy `end` has them, with the interpreters that are here: git keeps none."""
    if end is None:
        return here
    if not here.path.is_relative_to(root):
        what = "lies outside the repository whose range is checked"
        raise InputInvalid((Problem("check.config", what, str(here.path), "leave out --git, or name one within"),))
    there = load(end / here.path.relative_to(root))
    pythons = {table.name: here.directory / table.python for table in here.component if table.python}
    return there.model_copy(
        update={"component": tuple(t.model_copy(update={"python": pythons.get(t.name)}) for t in there.component)}
    )


def _before(here: Settings, root: Path, end: Path | None) -> dict[str, Configuration]:
    if end is None:
        return {}
    try:
        settings = _moved(here, root, end)
        return {_name(subject): subject.new for subject in _each(settings, end)}
    except InputInvalid as error:
        progress(f"nothing to compare with: doorward.toml cannot be read at the old end: {error.problems[0].what}")
        return {}


def _each(settings: Settings, end: Path) -> Iterator[Subject]:
    """Every component that can be read there, each by itself: a fault of one hides no other."""
    for table in settings.component:
        alone = settings.model_copy(update={"component": (table,)})
        try:
            yield from of_service(alone, end)
        except InputInvalid as error:
            progress(f"nothing to compare with: {table.name} at the old end: {error.problems[0].what}")


def signed_in(asked: str, config: Path | None) -> SignedIn | None:
    """Who is signed in: the number itself, or the people whose sessions the store of that component holds now.

    None, told on standard error, where its sessions cannot be listed. Raises InputInvalid for a name that is none.
    """
    if asked.replace(",", "").isdigit():
        return said(int(asked.replace(",", "")))
    settings = load(config or DEFAULT_CONFIG)
    table = next((table for table in settings.component if table.name == asked), None)
    if table is None:
        names = ", ".join(table.name for table in settings.component)
        what = f"{asked!r} is neither a number nor a component"
        raise InputInvalid((Problem("sessions.component", what, "--sessions", f"a number, or one of: {names}"),))
    tool = guarded.session_tool(settings, table)
    if tool is None:
        progress(f"not counted: {asked} names no `settings` and `session_hash_key_file` by which to list its sessions")
        return None
    sessions, target, hash_key_file = tool
    try:
        return counted(sessions.listed(target, hash_key_file), asked)
    except (CapabilityMissing, SystemUnreachable) as error:
        progress(f"not counted: {error}")
        return None
