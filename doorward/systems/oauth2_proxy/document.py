"""The bytes of a configuration of oauth2-proxy in, its options with the line of each out.

Three forms: the configuration file (TOML), an environment file of `OAUTH2_PROXY_NAME=value` lines, and the alpha YAML.
Raises InputInvalid with file and line for text that is none of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from doorward import yaml_file
from doorward.errors import InputInvalid, Problem
from doorward.model.fact import Where
from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import is_unknown, without_people
from doorward.systems.oauth2_proxy.options import NO_OPTIONS, PREFIX
from doorward.toml_file import index

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_VARIABLE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_ALPHA = re.compile(r"^(?:providers|upstreamConfig|injectRequestHeaders|injectResponseHeaders|server)\s*:", re.M)
_STAND_IN = re.compile(r"\*+|[xX]{3,}|(?i:change[-_ ]?me)|[A-Z][A-Z_]{3,}")
"""What stands where a script puts the secret; a key of capitals alone is a name that it replaces."""

_TRUE = frozenset(("true", "t", "1"))
_FALSE = frozenset(("false", "f", "0"))


class Form(StrEnum):
    """How the options are written."""

    FILE = "configuration file"
    ENVIRONMENT = "environment file"
    ALPHA = "alpha configuration"


@dataclass(frozen=True, slots=True)
class Document:
    """The options by name; in alpha YAML by path. `lines` counts from 1; `written` is the name as it stands there."""

    name: str
    form: Form
    values: Mapping[str, object]
    lines: Mapping[str, int]
    written: Mapping[str, str] = field(default_factory=dict)

    def where(self, option: str) -> Where:
        """The place of an option; line 0 for one that is left at its default."""
        return Where(self.name, self.lines.get(option, 0), option)

    def text(self, option: str, default: str | None = None) -> str | None:
        """The text there, the default if it is not set; None for a placeholder, another type or an empty one."""
        value = self.values.get(option, default)
        if not isinstance(value, str) or not value or is_unknown(value):
            return None
        return without_people(value, digest_key())

    def secret(self, option: str) -> str | None:
        """The secret there, not to be shown; None for what stands in for one: `SECRET`, `********`, `changeme`."""
        value = self.values.get(option)
        if not isinstance(value, str) or not value or is_unknown(value) or _STAND_IN.fullmatch(value):
            return None
        return value

    def truth(self, option: str, default: bool) -> bool | None:
        """Yes or no, also where it is written as text, as oauth2-proxy takes it; None if it is neither."""
        value = self.values.get(option, default)
        word = str(value).lower()
        return True if word in _TRUE else False if word in _FALSE else None

    def texts(self, option: str) -> tuple[str, ...] | None:
        """The texts there, also where they stand in one with commas; empty if not set, None when one is unknown."""
        value = self.values.get(option, [])
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list) or any(not isinstance(item, str) or is_unknown(item) for item in items):
            return None
        return tuple(without_people(item.strip(), digest_key()) for item in items if item.strip())


def is_alpha(text: str) -> bool:
    """Whether the text is an alpha configuration: top-level keys that only it has."""
    found = {match.group(0).rstrip(": ") for match in _ALPHA.finditer(text)}
    return bool(found & {"upstreamConfig", "injectRequestHeaders", "injectResponseHeaders"}) or (
        "providers" in found and "clientID" in text
    )


def is_environment(text: str) -> bool:
    """Whether the text is an environment file: a variable of the proxy in one of its lines."""
    names = (match.group(1) for match in map(_VARIABLE.match, text.splitlines()) if match)
    return any(name.startswith(PREFIX) for name in names)


def parse(path: Path, name: str) -> Document:
    """The document; `name` is the path as people gave it. Raises InputInvalid for a file that cannot be read."""
    text = yaml_file.text_of(path, name)
    if is_environment(text):
        return _environment(text, name)
    if is_alpha(text):
        return _alpha(text, name)
    return _file(text, name)


def _file(text: str, name: str) -> Document:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputInvalid((_syntax(text, name, str(error)),)) from error
    return Document(name, Form.FILE, table, index(text), {key: key for key in table})


def _syntax(text: str, name: str, message: str) -> Problem:
    """Where the parser stopped; what it quotes may be a part of a secret and is left out."""
    position = _POSITION.search(message)
    lines = text.splitlines() or [""]
    line, column = (position[1], position[2]) if position and position[1] else (len(lines), len(lines[-1]) + 1)
    what = re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", message[: position.start()] if position else message)
    return Problem("toml.syntax", f"is not TOML: {what}", f"{name}:{line}:{column}", "mend the line")


def _environment(text: str, name: str) -> Document:
    """Only the proxy's own variables; the last of a name counts."""
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    written: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = _VARIABLE.match(line)
        if match is None or not match.group(1).startswith(PREFIX):
            continue
        option = match.group(1).removeprefix(PREFIX).lower()
        if option not in NO_OPTIONS:
            values[option], lines[option], written[option] = _bare(match.group(2)), number, match.group(1)
    return Document(name, Form.ENVIRONMENT, values, lines, written)


def _bare(value: str) -> str:
    """Without the quotes around it, or the remark behind it."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return re.sub(r"\s+#.*$", "", value)


def _alpha(text: str, name: str) -> Document:
    file = yaml_file.parse(text, name)
    values = dict(_flat(file.data, ""))
    return Document(name, Form.ALPHA, values, {pointer: file.line(pointer) for pointer in values})


def _flat(value: object, pointer: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{pointer}.{key}" if pointer else str(key))
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for number, item in enumerate(value):
            yield from _flat(item, f"{pointer}[{number}]")
    else:
        yield pointer, value
