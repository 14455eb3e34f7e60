"""The place of a part of a fact: every kind names a cookie's attributes after the same pattern. Pure."""

from __future__ import annotations

from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie, Where


def attribute(configuration: Configuration, cookie: Cookie, part: str) -> Where:
    """Where the cookie's `part` (`domain`, `path`, `secure`, `samesite`, `age`) stands; line 0 if it is a default."""
    pointer = cookie.where.pointer
    ending, wanted = ("NAME", part.upper()) if pointer.isupper() else ("name", part)
    return place(configuration, pointer.removesuffix(ending) + wanted, cookie.where.path)


def place(configuration: Configuration, pointer: str, path: str) -> Where:
    """Where that setting stands, else the file and the pointer alone."""
    setting = configuration.setting(pointer)
    return setting.where if setting else Where(path, 0, pointer)
