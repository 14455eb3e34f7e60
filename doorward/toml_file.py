"""TOML with the line of every key: `tomllib` gives values, this adds where each stands, for errors and findings.

In: a path. Out: the document, and a map from pointer (`component[1].log`) to line. Syntax errors carry line and column.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from doorward.errors import InputInvalid, Problem

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=(.*)$"
)
_SYNTAX = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$")
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file: `data` as `tomllib` gives it, `lines` from pointer to line (1-based)."""

    path: Path
    data: dict[str, object]
    lines: dict[str, int]

    def line(self, pointer: str) -> int:
        """The line of the pointer or of its nearest parent that has one; 0 if none has."""
        while pointer:
            if pointer in self.lines:
                return self.lines[pointer]
            pointer = re.sub(r"(\.[^.\[\]]+|\[\d+\]|^[^.\[\]]+)$", "", pointer)
        return 0


def read(path: Path) -> TomlFile:
    """Read and index a file. Raises InputInvalid (`toml.unreadable`, `toml.syntax`) with file, line and column."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputInvalid(
            (Problem("toml.unreadable", f"cannot be read: {reason}", str(path), "check path and rights"),)
        ) from error
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 (byte {error.start})"
        raise InputInvalid((Problem("toml.unreadable", what, str(path), "save the file as UTF-8"),)) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputInvalid((_syntax(path, str(error)),)) from error
    return TomlFile(path, data, index(text))


def _syntax(path: Path, message: str) -> Problem:
    match = _SYNTAX.match(message)
    what, line, column = (match[1], match[2], match[3]) if match else (message, None, None)
    where = f"{path}:{line}:{column}" if line else str(path)
    return Problem("toml.syntax", f"is not valid TOML: {what}", where, "mend the syntax at this place")


def index(text: str) -> dict[str, int]:
    """From pointer to line for every key and table of a valid document."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix, depth, fence = "", 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if depth > 0:
            depth += _depth(line)
            continue
        if header := _HEADER.match(line):
            prefix = _table(header[2], header[1] == "[[", counts)
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            pointer = ".".join(part for part in (prefix, _clean(key[1])) if part)
            lines.setdefault(pointer, number)
            fence = _open_fence(key[2])
            depth = 0 if fence else _depth(key[2])
    return lines


def _table(name: str, repeated: bool, counts: dict[str, int]) -> str:
    """The pointer of a table header; the parts that are arrays of tables carry the present index."""
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    pointer = ""
    for position, part in enumerate(parts):
        pointer = f"{pointer}.{part}" if pointer else part
        last = position == len(parts) - 1
        if last and repeated:
            counts[pointer] = counts.get(pointer, -1) + 1
        if pointer in counts:
            pointer = f"{pointer}[{counts[pointer]}]"
    return pointer


def _clean(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def _depth(text: str) -> int:
    """How many brackets stay open on this line, strings and comments left out."""
    bare = _STRING.sub("", text).split("#", 1)[0]
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")


def _open_fence(value: str) -> str:
    """The mark of a multi-line string that this value opens and does not close."""
    for fence in ('"""', "'''"):
        if value.count(fence) == 1:
            return fence
    return ""
