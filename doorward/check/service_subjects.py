"""What people name on the command line in, the subjects of a check out: files and modules, or a range of git."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from doorward.check import git_range
from doorward.check.service_run import Subject
from doorward.check.signed_in import SignedIn
from doorward.check.targets import parse_target
from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Configuration
from doorward.systems import Target, system, systems


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: targets, what to compare them with, and what no file knows; `signed_in` is set where somebody
    said how many people are."""

    targets: tuple[str, ...]
    against: str
    git: str
    config: Path | None
    skip_unknown: bool
    project: Path
    python: str
    public_url: str | None
    forwarded: tuple[str, ...]
    signed_in: SignedIn | None = None


def sensible(asked: Asked) -> None:
    """Raises InputInvalid for what does not go together."""
    problems = []
    if not (asked.targets or asked.git or asked.config):
        fix = "name a file or KIND:TARGET, or use --git or --config"
        problems.append(Problem("check.nothing", "nothing to check", "doorward check", fix))
    if asked.config and (asked.targets or asked.against):
        what = "the whole service is read from what doorward.toml names"
        problems.append(
            Problem(
                "check.config",
                what,
                "--config",
                "leave out targets and --against, or use it beside --sessions COMPONENT",
            )
        )
    if asked.git and asked.against:
        what = "the old configuration comes from git already"
        problems.append(Problem("check.git", what, "--against", "leave out --against or --git"))
    if problems:
        raise InputInvalid(tuple(problems))


def of_targets(asked: Asked) -> list[Subject]:
    """The targets as they stand, and what they would replace. Raises one InputInvalid with all problems."""
    named = _named(asked)
    old = _target(replace(asked, skip_unknown=False), asked.against) if asked.against else None
    read = _read_all([*named, *([old] if old else [])])
    before = read[-1] if old else None
    return [
        Subject(target, new, before, folders(target), signed_in=asked.signed_in)
        for target, new in zip(named, read[: len(named)], strict=True)
    ]


def _named(asked: Asked) -> list[Target]:
    return [target for text in asked.targets if (target := _target(asked, text)) is not None]


def _read_all(targets: list[Target]) -> list[Configuration]:
    found: list[Configuration] = []
    problems: list[Problem] = []
    for target in targets:
        try:
            found.append(_read(target))
        except InputInvalid as error:
            problems.extend(error.problems)
    if problems:
        raise InputInvalid(tuple(problems))
    return found


def _read(target: Target) -> Configuration:
    return system(target.kind).reader()(target)


def _target(asked: Asked, text: str) -> Target | None:
    """The target; None for a file without a kind where such files are to be passed over."""
    try:
        return parse_target(
            text,
            project=asked.project,
            python=asked.python,
            public_url=asked.public_url,
            forwarded=asked.forwarded,
        )
    except InputInvalid as error:
        if asked.skip_unknown and {problem.code for problem in error.problems} <= {"kind.unclear"}:
            return None
        raise


def folders(target: Target) -> tuple[Path, ...]:
    """Where paths of a configuration are looked for: a settings module's from its project, files from here."""
    return (target.project, Path()) if target.kind == "django" else (Path(), target.project)


def of_git(asked: Asked, scratch: Path) -> list[Subject]:
    """Each target as it is at the new end and as it was at the old one, from copies of both below `scratch`.

    Without targets: every file that differs and whose content tells a kind. Raises InputInvalid for a range that git
    does not know, and for a target that cannot be read at the new end.
    """
    span = git_range.parse(asked.git, asked.project)
    old_end = written(span.root, span.old, scratch / "old")
    new_end = written(span.root, span.new, scratch / "new")
    python = Path(asked.python)
    asked = replace(asked, python=str(python.absolute()) if python.is_file() else asked.python)
    if not asked.targets:
        names = tuple(str(span.root / name) for name in git_range.changed(span))
        asked = replace(asked, targets=names, skip_unknown=True)
    subjects = []
    for text in asked.targets:
        target = _at(asked, text, span.root, new_end)
        if target is not None:
            before = _before(asked, f"{target.kind}:{_plain(text)[1]}", span.root, old_end)
            places = (target.project, new_end) if new_end else folders(target)
            new = _read_at(target, new_end)
            subjects.append(Subject(target, new, before, places, signed_in=asked.signed_in))
    return subjects


def written(root: Path, commit: str | None, end: Path) -> Path | None:
    """The commit's files below `end`; None for the files as they stand."""
    if commit is None:
        return None
    end.mkdir()
    git_range.write_tree(root, commit, end)
    return end


def _plain(text: str) -> tuple[str, str]:
    """`KIND:` or nothing, and the name."""
    kind, colon, name = text.partition(":")
    return (kind + colon, name) if colon and kind in systems() else ("", text)


def _at(asked: Asked, text: str, root: Path, end: Path | None) -> Target | None:
    """The target below the copy `end`; the working tree itself where `end` is None."""
    kind, name = _plain(text)
    project, here = asked.project.resolve(), Path.cwd()
    places = [path for path in (here / name, project / name) if path.is_relative_to(root)]
    if end is None:
        path = next((path for path in places if path.is_file()), None)
        shown = str(path.relative_to(here)) if path and path.is_relative_to(here) else name
        return _target(asked, kind + shown)
    folder = end / project.relative_to(root) if project.is_relative_to(root) else project
    folder.mkdir(parents=True, exist_ok=True)
    moved = (end / path.relative_to(root) for path in places)
    path = next((path for path in moved if path.is_file()), None)
    if path is None and any(place.is_file() for place in places):
        what = "is not there at this revision"
        raise InputInvalid((Problem("target.missing", what, name, "commit it, or check it without --git"),))
    return _target(replace(asked, project=folder), kind + (str(path) if path else name))


def _read_at(target: Target, end: Path | None) -> Configuration:
    configuration = _read(target)
    return git_range.relocated(configuration, end) if end else configuration


def _before(asked: Asked, text: str, root: Path, end: Path | None) -> Configuration | None:
    """None where the target was not there yet, or could not be read then: then there is nothing to compare with."""
    if end is None:
        return None
    try:
        target = _at(replace(asked, skip_unknown=False), text, root, end)
        return _read_at(target, end) if target else None
    except InputInvalid:
        return None
