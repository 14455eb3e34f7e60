"""The text of a settings module in, the place of each setting out, and what its value hangs on.

Best effort: modules of the project that are star-imported are read too; a setting that is computed elsewhere has no
place. Nothing of the text itself goes out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_ENVIRONMENT = frozenset(("environ", "getenv", "env", "config", "environb"))
_MOST_MODULES = 40


@dataclass(frozen=True, slots=True)
class Assigned:
    """Where a setting gets its value. `literal` = written out in full; `from_environment` = it reads variables, of
    which `variables` are those named in the text."""

    path: Path
    line: int
    literal: bool
    from_environment: bool
    variables: tuple[str, ...] = ()


@dataclass(slots=True)
class SourceIndex:
    """Places by pointer: `SESSION_COOKIE_NAME`, `DATABASES.default.NAME`; a later assignment wins, as in Python."""

    root: Path
    found: dict[str, Assigned] = field(default_factory=dict)
    seen: set[Path] = field(default_factory=set)

    def of(self, pointer: str) -> Assigned | None:
        """The place of the pointer, else of the nearest thing that encloses it."""
        while pointer:
            if pointer in self.found:
                return self.found[pointer]
            pointer = pointer.rpartition(".")[0]
        return None


def index(path: Path, root: Path) -> SourceIndex:
    """Every setting that the module at `path` sets, or takes from modules below `root` by a star import."""
    built = SourceIndex(root)
    _read(path, built)
    return built


def _read(path: Path, built: SourceIndex) -> None:
    if path in built.seen or len(built.seen) >= _MOST_MODULES:
        return
    built.seen.add(path)
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for statement in _statements(tree.body):
        if isinstance(statement, ast.ImportFrom) and any(name.name == "*" for name in statement.names):
            for imported in _files(statement, path, built.root):
                _read(imported, built)
        else:
            _note(statement, path, built)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The module's statements in order, also those below `if`, `try` and `with`."""
    for statement in body:
        yield statement
        for inner in ("body", "orelse", "handlers", "finalbody"):
            if isinstance(statement, (ast.If, ast.Try, ast.With)):
                for item in getattr(statement, inner, []):
                    yield from _statements(item.body if isinstance(item, ast.ExceptHandler) else [item])


def _files(statement: ast.ImportFrom, path: Path, root: Path) -> Iterator[Path]:
    parts = (statement.module or "").split(".") if statement.module else []
    start = root
    if statement.level:
        start = path.parents[min(statement.level, len(path.parents)) - 1]
    found = start.joinpath(*parts)
    for candidate in (found.with_suffix(".py"), found / "__init__.py"):
        if candidate.is_file():
            yield candidate
            return


def _note(statement: ast.stmt, path: Path, built: SourceIndex) -> None:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return
    for target in targets:
        pointer = _pointer(target)
        if pointer:
            _place(pointer, value, statement.lineno, path, built)


def _pointer(target: ast.expr) -> str:
    """`NAME`, or `NAME.key.key` for an assignment to a part of it; empty for anything else."""
    if isinstance(target, ast.Name):
        return target.id if target.id.isupper() else ""
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        outer = _pointer(target.value)
        return f"{outer}.{target.slice.value!s}" if outer else ""
    return ""


def _place(pointer: str, value: ast.expr, line: int, path: Path, built: SourceIndex) -> None:
    for known in [known for known in built.found if known.startswith(pointer + ".")]:
        del built.found[known]
    built.found[pointer] = Assigned(path, line, _is_literal(value), _reads_environment(value), _variables(value))
    if isinstance(value, ast.Dict):
        for key, item in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant):
                _place(f"{pointer}.{key.value!s}", item, key.lineno, path, built)


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True


def _reads_environment(value: ast.expr) -> bool:
    names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(value) if isinstance(node, ast.Attribute)}
    return bool(names & _ENVIRONMENT)


def _variables(value: ast.expr) -> tuple[str, ...]:
    """Upper-case words among the texts of an expression that reads the environment: the variables it may name."""
    texts = (node.value for node in ast.walk(value) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return tuple(text for text in texts if text.isupper() and text.replace("_", "").isalnum())
