"""Two configurations of one school service in; both services laid out in a scratch folder, for both sides, out.

What the services write (databases, logs, uploads, mail) becomes a place of the scratch, the same for whoever names it
so. What they read (keys, secrets) is copied from beside the configuration; where a copy lies alone, it is made anew,
the same for both sides and both services. The other service's configuration is the one beside it, else the school's own
as a set-up would write it.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from doorward.check.rehearsal import signing, toml_text
from doorward.check.rehearsal.school_service import AUTH, PORTAL, Service, default
from doorward.check.rehearsal.toml_text import Table
from doorward.systems import Target
from doorward.systems.school.document import parse

_READ = ("_file", "_files")
_WRITTEN = ("path", "directory")
_RECHECK_S = 1
_MOST_RECHECK_S = 3600


@dataclass(frozen=True, slots=True)
class Layout:
    """Both sides: the service that changes, old and new, and the other."""

    old: Service
    new: Service
    other: Service


def lay_out(old: Target, new: Target, folder: Path) -> Layout:
    """Write both sides below the folder. Raises InputInvalid for a file that cannot be read or is no TOML."""
    before, after = _path(old), _path(new)
    name = PORTAL if parse(before, old.name).is_portal else AUTH
    parse(after, new.name)
    scratch = _Scratch(folder, (before.parent, after.parent, old.project, new.project))
    beside = next((place / f"{_other(name)}.toml" for place in scratch.places if _is_beside(place, _other(name))), None)
    told = tomllib.loads(before.read_text(encoding="utf-8"))
    other = tomllib.loads(beside.read_text(encoding="utf-8")) if beside else default(_other(name), told)
    return Layout(
        scratch.service(name, told, before.parent, "old"),
        scratch.service(name, tomllib.loads(after.read_text(encoding="utf-8")), after.parent, "new"),
        scratch.service(_other(name), other, beside.parent if beside else before.parent, "beside"),
    )


def _path(target: Target) -> Path:
    path = Path(target.name)
    return (path if path.is_file() else target.project / target.name).resolve()


def _other(name: str) -> str:
    return AUTH if name == PORTAL else PORTAL


def _is_beside(place: Path, name: str) -> bool:
    """Whether the other service's configuration lies there, and can be read as such."""
    path = place / f"{name}.toml"
    return path.is_file() and parse(path, str(path)).is_portal == (name == PORTAL)


@dataclass(frozen=True, slots=True)
class _Scratch:
    """Where things lie in the scratch; `places` is where files that a configuration names are looked for."""

    folder: Path
    places: tuple[Path, ...]

    def service(self, name: str, told: Table, home: Path, side: str) -> Service:
        """The configuration, written into the scratch with every path leading into it."""
        place = self.folder / side
        place.mkdir(parents=True)
        file = place / f"{name}.toml"
        self._bring(told, home, place)
        moved = {key: self._moved(value, key, home, place) for key, value in _hurried(told).items()}
        file.write_text(toml_text.text(moved), encoding="utf-8")
        section = told.get("database")
        named = str(section.get("path", "")) if isinstance(section, dict) else ""
        return Service(name, told, file, self._store(named, "path", home), (home / named).is_file())

    def _moved(self, value: object, key: str, home: Path, place: Path) -> object:
        if isinstance(value, dict):
            return {inner: self._moved(item, inner, home, place) for inner, item in value.items()}
        if isinstance(value, list):
            return [self._moved(item, key, home, place) for item in value]
        if not isinstance(value, str) or not value:
            return value
        if key.endswith(_READ):
            return str(_copied(value, home, place))
        return str(self._store(value, key, home)) if key in _WRITTEN else value

    def _store(self, named: str, key: str, home: Path) -> Path:
        """A place to write to, the same for a relative path and for the absolute one that means the same."""
        path = self.folder / "stores" / f"{key}-{_mark(_relative(named, home))}"
        (path if key == "directory" else path.parent).mkdir(parents=True, exist_ok=True)
        return path

    def _bring(self, told: Table, home: Path, place: Path) -> None:
        """The files to read, from beside the configuration; for one that lies alone, from elsewhere or made anew."""
        names = set(_read_names(told, ""))
        beside = {name for name in names if (home / name).is_file()}
        for name in beside or names:
            found = next((path for path in (here / name for here in (home, *self.places)) if path.is_file()), None)
            shutil.copyfile(found or self._made_anew(name, home), _copied(name, home, place))

    def _made_anew(self, named: str, home: Path) -> Path:
        """A secret, or a signing key where the name says PEM; the same for whoever names it so."""
        path = self.folder / f"made-{_mark(_relative(named, home))}"
        if not path.exists():
            signing.make(path) if named.endswith(".pem") else path.write_text(secrets.token_urlsafe(48) + "\n")
        return path


def _copied(named: str, home: Path, place: Path) -> Path:
    return place / f"file-{_mark(_relative(named, home))}"


def _read_names(value: object, key: str) -> Iterator[str]:
    """Every file that the configuration reads, as it names it."""
    if isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _read_names(item, str(inner))
    elif isinstance(value, list):
        for item in value:
            yield from _read_names(item, key)
    elif isinstance(value, str) and value and key.endswith(_READ):
        yield value


def _relative(named: str, home: Path) -> str:
    path = Path(named)
    return str(path.relative_to(home)) if path.is_absolute() and path.is_relative_to(home) else named


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hurried(told: Table) -> Table:
    """The portal asks its provider again a second after it last did: people's sessions are older than a rehearsal's."""
    section = told.get("sign_in")
    if not isinstance(section, dict):
        return told
    chosen = section.get("recheck_seconds", _RECHECK_S)
    is_one = isinstance(chosen, int) and not isinstance(chosen, bool) and 1 <= chosen <= _MOST_RECHECK_S
    return {**told, "sign_in": {**section, "recheck_seconds": _RECHECK_S if is_one else chosen}}
