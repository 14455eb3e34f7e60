"""A Django settings module of any project in, Facts and redacted settings out.

The module is loaded by the project's own interpreter in a child process of bounded time; this process never imports
it. A module that does not load gives a Configuration with `start_error`; a target that does not exist is wrong use.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Configuration, Setting, StartError
from doorward.model.fact import Endpoint, Fact, Flow, Where
from doorward.systems import Target
from doorward.systems.django import process, source
from doorward.systems.django.facts import facts
from doorward.systems.django.report import Failure, Report

_CHILD = Path(__file__).with_name("child.py")
_COPY = "doorward_settings_copy"
"""The name under which a settings file that lies outside the project is loaded."""


@dataclass(frozen=True, slots=True)
class _Module:
    """The settings module by name; `path` is set for a file outside the project, `file` once it is known."""

    name: str
    path: str
    file: Path | None


def read(target: Target, *, limit_s: float = process.LIMIT_S) -> Configuration:
    """The configuration as the project's interpreter sees it. Raises InputInvalid when there is no such module."""
    module = _module(target)
    report = _ask(target, module, limit_s)
    file = Path(report.file) if report.file else module.file
    index = source.index(file, target.project.resolve()) if file else source.SourceIndex(target.project)
    name = _relative(file, target.project) if file else module.name
    values = _from_root(_known(report, index, {**os.environ, **target.env}), target.project.resolve())
    report = msgspec.structs.replace(report, values=values)

    def place(pointer: str) -> Where:
        found = index.of(pointer)
        if found is None:
            return Where(name, 0, pointer)
        return Where(_relative(found.path, target.project), found.line, pointer)

    if report.failure is None and report.values.get("SECRET_KEY") == "" and "SECRET_KEY" in report.chosen:
        where = place("SECRET_KEY")
        told = Failure("ImproperlyConfigured", "SECRET_KEY is empty", str(target.project / where.path), where.line)
        report = msgspec.structs.replace(report, failure=told)
    found = facts(report, place, _constant(target, module, index, report, limit_s)) if report.values else ()
    return Configuration(
        kind=target.kind,
        target=target.name,
        facts=(*found, *surroundings(target)),
        settings=_settings(report, place),
        start_error=_start_error(report.failure, name, target.project) if report.failure else None,
    )


def surroundings(target: Target) -> tuple[Fact, ...]:
    """What no file says: the address that people use, and the headers that the proxy in front sets."""
    told: list[Fact] = []
    if target.public_url:
        told.append(Endpoint(Where("--public-url", 0, ""), "public", target.public_url))
    if target.forwarded:
        told.append(Flow(Where("--forwarded", 0, ""), "forwarded-headers", target.forwarded))
    return tuple(told)


def _module(target: Target) -> _Module:
    """A dotted name, or a file: within the project it gets its own name, elsewhere it is loaded as a copy."""
    path = Path(target.name)
    path = path if path.is_absolute() else target.project / path
    if target.name.endswith(".py") or path.is_file():
        if not path.is_file():
            problem = Problem("target.missing", "no such file", target.name, "name a settings file or module")
            raise InputInvalid((problem,))
        inside = _dotted(path.resolve(), target.project.resolve())
        return _Module(inside or _COPY, "" if inside else str(path.resolve()), path.resolve())
    return _Module(target.name, "", _expected_file(target))


def _expected_file(target: Target) -> Path | None:
    stem = target.project.resolve().joinpath(*target.name.split("."))
    return next((file for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.is_file()), None)


def _dotted(path: Path, project: Path) -> str:
    if not path.is_relative_to(project):
        return ""
    parts = path.relative_to(project).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else ""


def _ask(target: Target, module: _Module, limit_s: float) -> Report:
    answer = process.ask(
        _CHILD,
        {"module": module.name, "path": module.path},
        python=target.python,
        project=target.project,
        env=target.env,
        limit_s=limit_s,
    )
    if isinstance(answer, process.Ended):
        file, line = _stood_at(answer, target.project.resolve(), str(module.file or ""))
        return Report(failure=Failure(answer.kind, answer.message, file, line))
    report = msgspec.json.decode(answer, type=Report)
    missing = report.failure.dependency if report.failure else None
    if missing and module.file is None and (module.name + ".").startswith(missing + "."):
        what = f"there is no module {module.name}"
        raise InputInvalid((Problem("target.missing", what, str(target.name), "name it from the folder of --project"),))
    return report


def _stood_at(ended: process.Ended, project: Path, settings: str) -> tuple[str, int]:
    """The innermost place in the project's own code, or in its settings file, where time was over."""
    for file, line in ended.stood_at:
        own = file == settings or (Path(file).is_relative_to(project) and "site-packages" not in file)
        if own:
            return file, line
    return settings, 0


def _known(report: Report, index: source.SourceIndex, env: dict[str, str]) -> dict[str, object]:
    """The values, without those that hang on variables which are not set here, and secrets of the environment."""
    known = dict(report.values)
    for pointer, value in report.values.items():
        found = index.of(pointer)
        if found is None or not found.from_environment:
            continue
        unset = not found.variables or any(variable not in env for variable in found.variables)
        is_digest = isinstance(value, str) and value.startswith("digest:")
        if (is_digest and pointer.startswith("SECRET_KEY")) or (unset and value in ("", [], [""], 0)):
            known[pointer] = None
    return known


def _from_root(values: dict[str, object], root: Path) -> dict[str, object]:
    """Paths below the project's root as seen from it, so that two checkouts of one project compare equal."""
    prefix = str(root) + os.sep
    return {
        pointer: value.removeprefix(prefix) if isinstance(value, str) else value for pointer, value in values.items()
    }


def _constant(
    target: Target, module: _Module, index: source.SourceIndex, report: Report, limit_s: float
) -> bool | None:
    """Whether the signing key is the same at every start: plain for a literal, else seen by loading it once more."""
    found = index.of("SECRET_KEY")
    if found is None or found.from_environment or report.text("SECRET_KEY") is None:
        return None
    if found.literal:
        return True
    again = _ask(target, module, limit_s)
    return again.values.get("SECRET_KEY") == report.values.get("SECRET_KEY") if again.values else None


def _settings(report: Report, place: Callable[[str], Where]) -> tuple[Setting, ...]:
    return tuple(
        Setting(pointer, _text(value) if value is not None else _nothing(pointer, report), place(pointer))
        for pointer, value in sorted(report.values.items())
        if pointer.partition(".")[0] in report.chosen
    )


def _nothing(pointer: str, report: Report) -> str | None:
    """Unknown and None look alike in JSON; a setting of Django that may be None by itself reads `None`."""
    return "None" if pointer in _NONE_MEANS_OFF and not report.unset else None


_NONE_MEANS_OFF = frozenset(
    ("SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "SECURE_PROXY_SSL_HEADER", "SECURE_SSL_HOST")
)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _start_error(failure: Failure, name: str, project: Path) -> StartError:
    where = Where(_relative(Path(failure.file), project) if failure.file else name, failure.line)
    return StartError(failure.kind, failure.message, where, failure.dependency, failure.unset)


def _relative(file: Path, project: Path) -> str:
    """Paths as people know them: from the project's root where they lie below it."""
    resolved, root = file.resolve(), project.resolve()
    return str(resolved.relative_to(root)) if resolved.is_relative_to(root) else str(file)
