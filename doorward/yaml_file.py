"""YAML with the line of every key, on PyYAML's composer.

In: text, or a path. Out: the document, a map from pointer (`session.cookies[0].domain`) to line, and the keys that
stand twice. Anchors, aliases and merge keys are resolved; a merged key has the line where its text stands. Errors carry
line and column and say what was expected, without quoting what was read: that may be a part of a secret.

Scalars are read as YAML 1.2 and Go's and Java's readers do: `yes` and `on` are texts, `0123` too. What refuses:
tags of a language (they are ignored), keys that are no scalars, a document that contains itself, or grows without end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from doorward.errors import InputInvalid, Problem

MOST_BYTES = 4_194_304
"""A configuration of more than 4 MiB is none."""

_MOST_VALUES = 500_000
"""Aliases of aliases may unfold without end; no real configuration comes near."""

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]{0,40})")
_FLOAT = re.compile(r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LAST_PART = re.compile(r"(\.[^.\[\]]+|\[\d+\]|^[^.\[\]]+)$")
_STRING_TAG = "tag:yaml.org,2002:str"
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_SIGN = re.compile(r".?|\\.|<[a-z -]+>")

# What to do, by a part of the parser's message.
_FIXES = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("mapping values are not allowed", "indent this line like its neighbours, and quote a value that holds `: `"),
    ("could not find expected ':'", "write `key: value`, or indent the line if it belongs to the one above"),
    ("expected <block end>", "indent this line like its neighbours"),
    ("end of stream", "close the quote or bracket"),
    ("undefined alias", "quote a value that begins with *, or set the anchor before it"),
    ("cannot start any token", "quote the value"),
    ("single document", "keep one document in the file: take out the line ---"),
)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that stands twice in one mapping; the last one counts in `data`."""

    pointer: str
    line: int
    first_line: int


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed file: `data` is None for an empty one; `lines` from pointer to line (1-based)."""

    name: str
    data: object
    lines: dict[str, int]
    duplicates: tuple[Duplicate, ...] = ()

    def line(self, pointer: str) -> int:
        """The line of the pointer or of its nearest parent that has one; 0 if none has."""
        while pointer:
            if pointer in self.lines:
                return self.lines[pointer]
            pointer = _LAST_PART.sub("", pointer)
        return 0


def read(path: Path, name: str | None = None) -> YamlFile:
    """The file; `name` is the path as people gave it. Raises InputInvalid as `parse` does, and for no such file."""
    return parse(text_of(path, name or str(path)), name or str(path))


def text_of(path: Path, name: str) -> str:
    """The file's text. Raises InputInvalid (`yaml.unreadable`, `yaml.encoding`)."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        what = f"cannot be read: {error.strerror or type(error).__name__}"
        raise InputInvalid((Problem("yaml.unreadable", what, name, "check path and rights"),)) from error
    if len(content) > MOST_BYTES:
        raise InputInvalid((Problem("yaml.large", f"is larger than {MOST_BYTES} bytes", name),))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = Problem("yaml.encoding", "is not UTF-8", f"{name}:{line}", "save the file as UTF-8")
        raise InputInvalid((problem,)) from error


def parse(text: str, name: str) -> YamlFile:
    """The document in the text. Raises InputInvalid (`yaml.syntax`, `yaml.key`, `yaml.loop`, `yaml.large`)."""
    building = _Building(name)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = None if root is None else building.value(root, "")
    except yaml.MarkedYAMLError as error:
        raise InputInvalid((_syntax(error, name),)) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        problem = Problem("yaml.syntax", "holds a sign that YAML does not allow", f"{name}:{line}", "take it out")
        raise InputInvalid((problem,)) from error
    except RecursionError as error:
        raise InputInvalid((Problem("yaml.large", "is nested too deeply", name, "mend the brackets"),)) from error
    return YamlFile(name, data, building.lines, tuple(building.duplicates))


def _syntax(error: yaml.MarkedYAMLError, name: str) -> Problem:
    """Where the parser stopped, what it expected, and where the thing began that it was reading."""
    said = str(error.problem or error.context or "is not understood")
    mark, began = error.problem_mark or error.context_mark, error.context_mark
    where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
    what = f"is not valid YAML: {_unquoted(said)}"
    if error.context and began and mark and began.line != mark.line:
        what += f" ({_unquoted(error.context)} that begins on line {began.line + 1})"
    fix = next((fix for part, fix in _FIXES if part in said), "mend the syntax at this place")
    return Problem("yaml.syntax", what, where, fix)


def _unquoted(message: str) -> str:
    """The message with its quotes left out, but for single signs and the parser's own words like `<block end>`."""
    return _QUOTED.sub(lambda match: match[0] if _SIGN.fullmatch(match[1] or match[2] or "") else "'…'", message)


@dataclass(slots=True)
class _Building:
    """From nodes to values; `open` are the nodes above the one being read."""

    name: str
    lines: dict[str, int] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    count: int = 0

    def value(self, node: yaml.Node, pointer: str) -> object:
        """The value of the node; the lines of what lies below are noted on the way."""
        self.count += 1
        if self.count > _MOST_VALUES:
            raise self._refused("yaml.large", "unfolds to too many values", node, "take out aliases of aliases")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        with self._entered(node):
            if isinstance(node, yaml.SequenceNode):
                return [self._item(item, f"{pointer}[{number}]") for number, item in enumerate(node.value)]
            return self._mapping(node, pointer)

    @contextmanager
    def _entered(self, node: yaml.Node) -> Iterator[None]:
        if id(node) in self.open:
            raise self._refused("yaml.loop", "contains itself", node, "take the alias out")
        self.open.append(id(node))
        yield
        self.open.pop()

    def _item(self, node: yaml.Node, pointer: str) -> object:
        self.lines[pointer] = node.start_mark.line + 1
        return self.value(node, pointer)

    def _mapping(self, node: yaml.Node, pointer: str) -> dict[str, object]:
        """Merged keys first, so that the mapping's own replace them."""
        whole: dict[str, object] = {}
        first: dict[str, int] = {}
        for source in self._merged(node):
            with self._entered(source):
                whole.update(self._mapping(source, pointer))
        for key, item in node.value:
            if _is_merge(key):
                continue
            below, line = self._below(key, pointer), key.start_mark.line + 1
            if key.value in first:
                self.duplicates.append(Duplicate(below, line, first[key.value]))
            first.setdefault(key.value, line)
            self.lines[below] = line
            whole[key.value] = self.value(item, below)
        return whole

    def _merged(self, node: yaml.Node) -> list[yaml.Node]:
        """The mappings that this one takes in, the weakest first."""
        named = [item for key, item in node.value if _is_merge(key)]
        flat = [one for item in named for one in (item.value if isinstance(item, yaml.SequenceNode) else [item])]
        for one in flat:
            if not isinstance(one, yaml.MappingNode):
                raise self._refused("yaml.merge", "merges what is no mapping", one, "name an anchor of a mapping")
        return flat[::-1]

    def _below(self, key: yaml.Node, pointer: str) -> str:
        if not isinstance(key, yaml.ScalarNode):
            raise self._refused("yaml.key", "has a key that is no text", key, "write `key: value`, or quote a template")
        return f"{pointer}.{key.value}" if pointer else str(key.value)

    def _refused(self, code: str, what: str, node: yaml.Node, fix: str) -> InputInvalid:
        mark = node.start_mark
        return InputInvalid((Problem(code, what, f"{self.name}:{mark.line + 1}:{mark.column + 1}", fix),))


def _is_merge(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style


def _scalar(node: yaml.ScalarNode) -> object:
    text = str(node.value)
    if node.style or node.tag == _STRING_TAG:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text.replace("_", ""))
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    return text
