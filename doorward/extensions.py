"""Extension by constants: a folder is read in name order, and each file sets one constant (`RULES`, `DETECTOR`, …).

A file that does not import, lacks its constant or repeats an id stops the start: a guard never loses a rule quietly.
Others' packages join by entry points of the group `doorward.<folder>` with the same constants.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import TypeVar

from doorward.errors import ExtensionInvalid

T = TypeVar("T")


def load(package: ModuleType, constant: str, kind: type[T], identity: Callable[[T], str]) -> tuple[T, ...]:
    """Every value of `constant` in the modules of `package` and in entry points, in name order; ids are unique."""
    found: list[T] = []
    for module in (*_modules(package), *_entry_points(package)):
        value = getattr(module, constant, None)
        values = value if isinstance(value, tuple) else (value,)
        if not values or not all(isinstance(item, kind) for item in values):
            raise ExtensionInvalid(
                f"{module.__name__} must set {constant} to {kind.__name__} or a tuple of them",
                where=str(module.__file__),
                fix=f"set {constant}, or move the file out of the folder",
            )
        found.extend(values)
    _refuse_repeats(found, identity, package.__name__)
    return tuple(found)


def _modules(package: ModuleType) -> Iterable[ModuleType]:
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if info.name.startswith("_"):
            continue
        yield _import(f"{package.__name__}.{info.name}")


def _entry_points(package: ModuleType) -> Iterable[ModuleType]:
    group = f"doorward.{package.__name__.rpartition('.')[2]}"
    for entry in sorted(importlib.metadata.entry_points(group=group), key=lambda entry: entry.name):
        yield _import(entry.value)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (ImportError, SyntaxError, AttributeError, NameError, TypeError, ValueError) as error:
        raise ExtensionInvalid(
            f"extension {name} does not import: {error}",
            fix="mend the file; a guard must not lose an extension quietly",
        ) from error


def _refuse_repeats(found: list[T], identity: Callable[[T], str], package: str) -> None:
    seen: set[str] = set()
    for item in found:
        if identity(item) in seen:
            raise ExtensionInvalid(f"{package} has two extensions with the id {identity(item)}", fix="rename one")
        seen.add(identity(item))
