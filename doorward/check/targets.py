"""What a person names on the command line in, a Target out: `KIND:TARGET`, or a file whose content decides."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from doorward.errors import InputInvalid, Problem
from doorward.systems import Target, systems

_MOST_READ = 262_144
"""Enough to tell a kind; no configuration that decides later is known."""


def parse_target(
    text: str,
    project: Path | None = None,
    python: str | None = None,
    *,
    env: Mapping[str, str] | None = None,
    public_url: str | None = None,
    forwarded: tuple[str, ...] = (),
) -> Target:
    """The target that `text` names. Raises InputInvalid when no kind is named and none can be told."""
    kind, name = _split(text)
    root = project or Path.cwd()
    return Target(
        kind=kind or _kind_of(name, root),
        name=name,
        project=root,
        python=python or sys.executable,
        env=env or {},
        public_url=public_url,
        forwarded=forwarded,
    )


def _split(text: str) -> tuple[str, str]:
    """The kind and the name; a colon after anything but a known kind belongs to the name."""
    kind, colon, name = text.partition(":")
    if colon and kind in systems() and name:
        return kind, name
    if colon and name and kind.replace("-", "").isalnum() and len(kind) > 1 and not Path(text).exists():
        known = ", ".join(systems())
        raise InputInvalid((Problem("kind.unknown", f"kind {kind!r} is not known", text, f"one of: {known}"),))
    return "", text


def _kind_of(name: str, root: Path) -> str:
    path = next((path for path in (Path(name), root / name) if path.is_file()), None)
    if path is None:
        if all(part.isidentifier() for part in name.split(".")) and "." in name:
            return "django"
        raise InputInvalid((Problem("target.missing", "no such file", name, "name a file, or KIND:TARGET"),))
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_READ)
    except OSError as error:
        raise InputInvalid((Problem("target.unreadable", f"cannot be read: {error.strerror}", name),)) from error
    kinds = [system.kind for system in systems().values() if system.sniff and system.sniff(path.name, content)]
    if len(kinds) != 1:
        what = f"may be {' or '.join(kinds)}" if kinds else "its content tells no kind"
        raise InputInvalid((Problem("kind.unclear", what, name, "say which: KIND:TARGET"),))
    return kinds[0]
