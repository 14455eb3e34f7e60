"""bench/changes/keycloak.toml and its base realm in; each change with the realm before and after it, out. Pure but for
reading the two files.

A pointer names members of lists by what Keycloak calls them (`/clients/portal/redirectUris`), else by number; `~1`
stands for a slash, as in RFC 6901.
"""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

FOLDER = Path(__file__).parents[1] / "changes"
_NAMES = ("clientId", "alias", "name")

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class RealmChange:
    """One `[[change]]`: what is set, added and dropped, and how a real server is brought to show it."""

    name: str
    breaks: bool
    rows: tuple[str, ...] = ()
    hardening: bool = False
    set: Mapping[str, object] | None = None
    add: Mapping[str, object] | None = None
    drop: tuple[str, ...] = ()
    shortened: Mapping[str, object] | None = None
    shortened_old: Mapping[str, object] | None = None
    wait_s: float = 0
    pause_s: float = 0
    needs: str = ""
    is_import: bool = False

    def after(self, base: Json) -> Json:
        """The realm that the change makes of `base`, which stays as it is."""
        realm = copy.deepcopy(base)
        for pointer, value in (self.set or {}).items():
            _put(realm, pointer, value)
        for pointer, value in (self.add or {}).items():
            cast("list[object]", _at(realm, _parts(pointer))).append(value)
        for pointer in self.drop:
            *above, last = _parts(pointer)
            _remove(_at(realm, above), last)
        return realm

    def on_server(self, base: Json) -> tuple[Json, Json]:
        """The realms before and after as a real server gets them: with times so short that one can wait for them."""
        old = copy.deepcopy(base)
        for pointer, value in (self.shortened_old or {}).items():
            _put(old, pointer, value)
        new = self.after(old)
        for pointer, value in (self.shortened or {}).items():
            _put(new, pointer, value)
        return old, new


def base_realm() -> Json:
    """The realm that every change is made to."""
    return cast("Json", json.loads((FOLDER / "keycloak_base.json").read_text()))


def changes() -> tuple[RealmChange, ...]:
    """All of them, in the order of the file."""
    told = tomllib.loads((FOLDER / "keycloak.toml").read_text())["change"]
    return tuple(_change(one) for one in told)


def _change(told: dict[str, object]) -> RealmChange:
    told = {("is_import" if key == "import" else key): value for key, value in told.items()}
    lists = {key: tuple(cast("list[str]", told.get(key, ()))) for key in ("rows", "drop")}
    return RealmChange(**{**told, **lists})  # type: ignore[arg-type]


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/") for part in pointer.strip("/").split("/")]


def _index(items: list[object], part: str) -> int:
    for number, item in enumerate(items):
        if isinstance(item, dict) and part in (item.get(name) for name in _NAMES):
            return number
    return int(part)


def _at(value: object, parts: list[str]) -> object:
    for part in parts:
        value = value[_index(value, part)] if isinstance(value, list) else cast("Json", value)[part]
    return value


def _put(realm: Json, pointer: str, value: object) -> None:
    *above, last = _parts(pointer)
    parent = _at(realm, above)
    if isinstance(parent, list):
        parent[_index(parent, last)] = value
    else:
        cast("Json", parent)[last] = value


def _remove(parent: object, last: str) -> None:
    if isinstance(parent, list):
        del parent[_index(parent, last)]
    else:
        del cast("Json", parent)[last]
