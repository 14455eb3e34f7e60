"""Fields of a line: JSON objects, logfmt (`level=error msg="a b"`) and Keycloak's `name=value, name=value`."""

from __future__ import annotations

import re

import msgspec

_DECODE = msgspec.json.Decoder(dict[str, object]).decode
_LOGFMT = re.compile(r'([A-Za-z_][\w.@-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
_ESCAPED = re.compile(r"\\(.)")

Fields = dict[str, object]


def json_object(line: bytes | str) -> Fields:
    """The object on the line. Raises ValueError if it is none."""
    try:
        return _DECODE(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise ValueError("not a JSON object") from None


def logfmt(text: str) -> Fields:
    """The pairs of the line; a quoted value without its quotes and escapes."""
    return {name: bare if bare else _ESCAPED.sub(r"\1", quoted) for name, quoted, bare in _LOGFMT.findall(text)}


def dig(fields: object, path: str) -> object:
    """The value at `a.b.c`; a key that itself holds dots is found too; a number picks from a list. None if absent."""
    if not path:
        return fields
    if isinstance(fields, dict):
        if path in fields:
            return fields[path]
        head, _, rest = path.partition(".")
        while rest:
            if head in fields:
                return dig(fields[head], rest)
            more, _, rest = rest.partition(".")
            head = f"{head}.{more}"
        return None
    if isinstance(fields, list):
        head, _, rest = path.partition(".")
        return dig(fields[int(head)], rest) if head.isdigit() and int(head) < len(fields) else None
    return None


def text(fields: object, path: str) -> str | None:
    """The value as text: a number or a boolean as JSON writes it, None for what is no plain value."""
    value = dig(fields, path)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def first(fields: object, *paths: str) -> str | None:
    """The first of these that is there and not empty."""
    return next((found for path in paths if (found := text(fields, path))), None)
