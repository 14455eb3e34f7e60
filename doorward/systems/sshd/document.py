"""The text of an sshd_config in, its lines in order out: keyword, words, line, Match block.

Files that `Include` names are read where they lie beside the file as they lie on a server; where they do not, or where
a template decides, the document is open: what it does not say is unknown. Raises InputInvalid for a file that cannot be
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from doorward.errors import InputInvalid, Problem
from doorward.model.fact import Where
from doorward.systems.sshd.keywords import ALIASES, NAMES

_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|(#.*)|([^\s\"'=]+(?:=[^\s\"']*)*|=[^\s\"']*)")
_KEYWORD = re.compile(r"\s*([^\s=\"]+)\s*(?:=\s*)?")
_TEMPLATE = re.compile(r"^\s*(\{[%{#]|<%|\$\{|@@|\$[A-Z]|%\()")
_UNKNOWN = re.compile(r"\$\{|\{\{|\{%|<%|^\$[A-Z_]|^@[A-Z_]+@$|^__[A-Z_]+__$")
_MOST_BYTES = 1_048_576
_DEEPEST = 16
"""As deep as sshd itself follows Include."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the configuration. `words` is None where a template fills it in; `block` counts Match from 1, 0 before
    the first; `keyword` has its present name, `written` the one in the file."""

    keyword: str
    written: str
    words: tuple[str, ...] | None
    file: str
    number: int
    block: int

    @property
    def where(self) -> Where:
        """The place, named by the keyword, within its block."""
        inner = f"Match[{self.block}].{self.keyword}" if self.block and self.keyword != "Match" else self.keyword
        return Where(self.file, self.number, f"Match[{self.block}]" if self.keyword == "Match" else inner)


@dataclass(slots=True)
class Document:
    """All lines; `open_blocks` are the blocks in which more may stand than is seen here."""

    lines: list[Line] = field(default_factory=list)
    open_blocks: set[int] = field(default_factory=set)
    blocks: int = 0

    def of(self, block: int) -> Iterator[Line]:
        """The lines of one block, in order."""
        return (line for line in self.lines if line.block == block)


def parse(path: Path, name: str) -> Document:
    """The document; `name` is the path as people gave it."""
    document = Document()
    _read(path, name, document, 0)
    return document


def _read(path: Path, name: str, document: Document, depth: int) -> None:
    """A file, and the files that it includes, into the document; an included file ends in the block it began in."""
    block = 0 if depth == 0 else document.blocks
    for number, raw in enumerate(_text(path, name).splitlines(), 1):
        line = _line(raw, name, number, block)
        if line is None:
            if _TEMPLATE.match(raw):
                document.open_blocks.add(block)
            continue
        if line.keyword == "Match":
            document.blocks += 1
            block = document.blocks
            line = Line(line.keyword, line.written, line.words, name, number, block)
        document.lines.append(line)
        if line.keyword == "Include":
            _include(line, path, name, document, depth)


def _line(raw: str, name: str, number: int, block: int) -> Line | None:
    """None for an empty line, a comment, and what only a template engine reads."""
    text = raw.strip()
    match = _KEYWORD.match(text)
    if not text or text.startswith("#") or match is None or _TEMPLATE.match(text):
        return None
    written = match[1]
    keyword = ALIASES.get(written.lower()) or NAMES.get(written.lower()) or written
    rest = text[match.end() :]
    words = None if _UNKNOWN.search(rest) else _words(rest)
    return Line(keyword, written, words, name, number, block)


def _words(rest: str) -> tuple[str, ...]:
    """Words as sshd splits them: quotes hold together, `#` begins a comment."""
    found: list[str] = []
    for match in _WORD.finditer(rest):
        if match[3]:
            break
        found.append(next(part for part in match.groups() if part is not None))
    return tuple(found)


def _include(line: Line, path: Path, name: str, document: Document, depth: int) -> None:
    block = line.block
    for pattern in line.words or ("",):
        files = _included(pattern, path.parent) if depth < _DEEPEST else None
        if files is None:
            document.open_blocks.add(block)
            continue
        for file in files:
            shown = str(PurePosixPath(name).parent / file.relative_to(path.parent))
            _read(file, shown, document, depth + 1)


def _included(pattern: str, folder: Path) -> list[Path] | None:
    """The files of `sshd_config.d/*.conf` beside the file; None where no such folder lies there: on the server one may.

    A pattern with the server's own path is looked for by its last two parts, and never outside this folder.
    """
    parts = PurePosixPath(pattern).parts[-2:]
    if not pattern or ".." in parts or parts[0] == "/":
        return None
    inside = folder.joinpath(*parts[:-1])
    if len(parts) < 2 and PurePosixPath(pattern).is_absolute():
        return None
    if not inside.is_dir() or any(mark in str(part) for part in parts[:-1] for mark in "*?["):
        return None
    files = sorted(file for file in inside.glob(parts[-1]) if file.is_file())
    return files if files or len(parts) > 1 else None


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputInvalid((Problem("target.unreadable", what, name, "name a file that can be read"),)) from error
    if len(content) > _MOST_BYTES:
        raise InputInvalid((Problem("target.large", f"is larger than {_MOST_BYTES} bytes", name),))
    return content.decode("utf-8", "replace")
