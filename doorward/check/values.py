"""A configuration's settings by pointer: is one there, what does it show, which items has a list? Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Where

_LAST_PART = re.compile(r"(?:\.[^.\[\]]+|\[\d+\]|^[^.\[\]]+)$")


def has(new: Configuration, pointer: str) -> bool:
    """Whether the key is there, with a value or as a table or list; a key whose value is empty counts."""
    return any(setting.pointer == pointer or _is_below(setting.pointer, pointer) for setting in new.settings)


def shown(new: Configuration, pointer: str) -> str | None:
    """The value there; None if it is missing or unknown: ask `is_missing` to tell the two apart."""
    setting = new.setting(pointer)
    return setting.shown if setting else None


def is_missing(new: Configuration, pointer: str) -> bool:
    """Whether the key is not there, or has no value; an unknown value is one."""
    setting = new.setting(pointer)
    return setting.shown in ("", "[]", "{}") if setting else not has(new, pointer)


def items(new: Configuration, pointer: str) -> tuple[str, ...]:
    """The pointers of a list's items, in order."""
    found: dict[str, None] = {}
    item = re.compile(re.escape(pointer) + r"\[\d+\]")
    for setting in new.settings:
        if match := item.match(setting.pointer):
            found[match[0]] = None
    return tuple(found)


def below(new: Configuration, pointer: str) -> Iterator[Setting]:
    """Every setting of a table or list."""
    return (setting for setting in new.settings if _is_below(setting.pointer, pointer))


def _is_below(pointer: str, parent: str) -> bool:
    return pointer.startswith((f"{parent}.", f"{parent}["))


def where(new: Configuration, pointer: str) -> Where:
    """Where the setting stands, or would stand: the place of the table that it lacks."""
    parent = pointer
    while parent:
        near = new.setting(parent) or next(below(new, parent), None)
        if near:
            return Where(near.where.path, near.where.line, pointer)
        parent = _LAST_PART.sub("", parent)
    path = new.settings[0].where.path if new.settings else new.target
    return Where(path, 0, pointer)
