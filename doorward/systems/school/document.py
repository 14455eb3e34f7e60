"""The bytes of auth.toml or portal.toml in, the document with the line of each key out.

Raises InputInvalid with file, line and column for text that is not TOML.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doorward.errors import InputInvalid, Problem
from doorward.model.fact import Where
from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import digest, is_unknown, without_people
from doorward.toml_file import index

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_MOST_BYTES = 4_194_304
"""A configuration of more than 4 MiB is none."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed configuration: `values` by pointer (tables flattened, lists whole, arrays of tables by number)."""

    path: Path
    name: str
    values: dict[str, object]
    lines: dict[str, int]

    @property
    def is_portal(self) -> bool:
        """Whether it is the portal's: that signs its people in elsewhere."""
        return any(pointer.startswith("sign_in.") for pointer in self.values)

    def where(self, pointer: str) -> Where:
        """The place of a key, else of the table that it would stand in."""
        line = self.lines.get(pointer)
        return Where(self.name, line or 0, pointer)

    def text(self, pointer: str, default: str | None = None) -> str | None:
        """The text there, the default if the key is missing; None for a placeholder or another type."""
        value = self.values.get(pointer, default)
        if not isinstance(value, str) or not value or is_unknown(value):
            return None
        return without_people(value, digest_key())

    def number(self, pointer: str, default: int | None = None) -> int | None:
        """The whole number there, the default if the key is missing, None for another type."""
        value = self.values.get(pointer, default)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def truth(self, pointer: str, default: bool) -> bool | None:
        """Yes or no, the default if the key is missing, None for another type."""
        value = self.values.get(pointer, default)
        return value if isinstance(value, bool) else None

    def texts(self, pointer: str, default: tuple[str, ...]) -> tuple[str, ...] | None:
        """The texts there, the default if the key is missing, None when one is unknown."""
        value = self.values.get(pointer, list(default))
        if not isinstance(value, list) or any(not isinstance(item, str) or is_unknown(item) for item in value):
            return None
        return tuple(without_people(item, digest_key()) for item in value)

    def content_digest(self, pointer: str, project: Path) -> str | None:
        """A keyed digest of the file that the key names, None if it is not here (a copy lies alone)."""
        named = self.text(pointer)
        return self.digest_of(named, project) if named else None

    def digest_of(self, named: str, project: Path) -> str | None:
        """A keyed digest of the content of a file, looked for beside the configuration and then in the project."""
        from_file = (directory / named for directory in (self.path.parent, project))
        for path in from_file:
            try:
                return digest(digest_key(), path.read_bytes().strip().hex())
            except OSError:
                continue
        return None


def parse(path: Path, name: str) -> Document:
    """The document; `name` is the path as people gave it. Raises InputInvalid for a file that cannot be read."""
    content = _content(path, name)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = Problem("toml.encoding", "is not UTF-8", f"{name}:{line}", "save the file as UTF-8")
        raise InputInvalid((problem,)) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputInvalid((_syntax(text, name, str(error)),)) from error
    return Document(path, name, dict(_flat(table, "")), index(text))


def _content(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        problem = Problem(
            "target.unreadable", f"cannot be read: {error.strerror}", name, "name a file that can be read"
        )
        raise InputInvalid((problem,)) from error
    if len(content) > _MOST_BYTES:
        raise InputInvalid((Problem("target.large", f"is larger than {_MOST_BYTES} bytes", name),))
    return content


def _syntax(text: str, name: str, message: str) -> Problem:
    """Where the parser stopped; at the end of the document, the last line."""
    position = _POSITION.search(message)
    lines = text.splitlines() or [""]
    line, column = (position[1], position[2]) if position and position[1] else (len(lines), len(lines[-1]) + 1)
    what = message[: position.start()] if position else message
    return Problem("toml.syntax", f"is not TOML: {_unquoted(what)}", f"{name}:{line}:{column}", "mend the line")


def _unquoted(message: str) -> str:
    """The parser quotes what it read, which may be a part of a secret."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", message)


def _flat(value: object, pointer: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{pointer}.{key}" if pointer else str(key))
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from _flat(item, f"{pointer}[{number}]")
    else:
        yield pointer, value
