"""The kinds of guarded component, one folder each: what Doorward can read of it and do to it.

A folder here sets `SYSTEM` in its `__init__.py`; each capability that the kind lacks is None, and a stage that needs it
answers with `CapabilityMissing`. The stages declare the protocols; these are the shapes that satisfy them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

from doorward import extensions
from doorward.errors import CapabilityMissing, InputInvalid, Problem
from doorward.log_line import LogFormat, LogOptions
from doorward.log_line.tally import Tally
from doorward.model.configuration import Configuration
from doorward.model.sign_in import SignInEvent


@dataclass(frozen=True, slots=True)
class Target:
    """What to read: `name` is a file, or a module with `project` as its working directory and import root.

    `public_url` is the address people use; `forwarded` the headers that the proxy in front sets. `env` is added to the
    environment of the child that loads a module.
    """

    kind: str
    name: str
    project: Path = field(default_factory=Path.cwd)
    python: str = sys.executable
    env: Mapping[str, str] = field(default_factory=dict)
    public_url: str | None = None
    forwarded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One stored session: keyed hash of its key, whether it loads under the configuration in force, whose it is, and
    the backend that signed its person in (None where it says none)."""

    session: str
    loads: bool
    person: str | None
    reason: str
    backend: str | None = None


class Sessions(Protocol):
    """List and end the sessions of a component; keys never leave the guarded system's own process."""

    def listed(self, target: Target, hash_key_file: Path) -> tuple[SessionRow, ...]:
        """Every stored session. Raises CapabilityMissing where the engine cannot list, SystemUnreachable on failure."""
        ...

    def clear(self, target: Target, hash_key_file: Path, sessions: Sequence[str]) -> tuple[str, ...]:
        """End these sessions (keyed hashes) and return those that were there and are gone."""
        ...


@dataclass(frozen=True, slots=True)
class System:
    """A kind and its capabilities. `parse` turns one log line into an event, None for a line that says nothing of
    sign-in, and raises ValueError for a line that does not parse; `log` does so with the options of the component.
    `tally` counts a chunk of lines faster than that, to the same end; `mark` finds the hash of whom a line speaks
    without reading it (None where that takes the parser)."""

    kind: str
    title: str
    read: Callable[[Target], Configuration] | None = None
    parse: Callable[[bytes, str], SignInEvent | None] | None = None
    log: LogFormat | None = None
    tally: Callable[[LogOptions], Tally] | None = None
    mark: Callable[[bytes], bytes | None] | None = None
    sessions: Sessions | None = None
    sniff: Callable[[str, bytes], bool] | None = None

    def reader(self) -> Callable[[Target], Configuration]:
        """The configuration reader, or CapabilityMissing."""
        if self.read is None:
            raise CapabilityMissing(f"kind {self.kind} has no configuration reader")
        return self.read

    def parser(self, options: LogOptions | None = None) -> Callable[[bytes, str], SignInEvent | None]:
        """The log parser, or CapabilityMissing. Without options names are hashed with a key made for this run."""
        if self.log is not None:
            return self.log.parser(options or LogOptions())
        if self.parse is None:
            raise CapabilityMissing(f"kind {self.kind} has no log parser")
        return self.parse


@cache
def systems() -> dict[str, System]:
    """Every kind by its id."""
    found = extensions.load(sys.modules[__name__], "SYSTEM", System, lambda system: system.kind)
    return {system.kind: system for system in found}


def system(kind: str) -> System:
    """The system of that kind; InputInvalid names the known ones."""
    known = systems()
    if kind not in known:
        raise InputInvalid((Problem("kind.unknown", f"kind {kind!r} is not known", fix=f"one of: {', '.join(known)}"),))
    return known[kind]
