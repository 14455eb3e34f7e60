"""Changes of a realm in; what people meet on a real Keycloak before and after each, out.

Each change has a realm of its own, made anew. Broken is what worked before and does not after. What needs time to show
is begun first and looked at last.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.keycloak import operator
from bench.keycloak.changes import Json, RealmChange
from bench.keycloak.journeys import OF_THE_DIRECTORY, OF_THE_PAST, OF_TODAY, Journey
from bench.keycloak.neighbours import Mail, directory, mail
from bench.keycloak.people import Broken
from bench.keycloak.server import Keycloak, Refused, Surroundings, keycloak, town
from bench.keycloak.world import World


@dataclass(frozen=True, slots=True)
class Seen:
    """What a real server showed: the journeys that broke, by name, with what people met."""

    change: RealmChange
    broken: dict[str, str]
    refused: str = ""
    skipped: str = ""

    @property
    def was_run(self) -> bool:
        """Whether the change could be made and looked at; one that Keycloak refuses to take counts as run."""
        return not self.skipped

    @property
    def says(self) -> str:
        """In a line."""
        if self.skipped or self.refused:
            return self.skipped or f"not taken: {self.refused}"
        return "; ".join(f"{name} {how}" for name, how in self.broken.items()) or "nothing breaks"

    def contradicts(self, change: RealmChange) -> bool:
        """Whether it is not so that the change breaks sign-in, or does not, as it is labelled."""
        return self.was_run and not self.refused and bool(self.broken) is not change.breaks


@dataclass(slots=True)
class _Begun:
    """A change that is made, and when its effect is to be looked at."""

    change: RealmChange
    world: World
    usual: dict[str, str]
    due: float
    refused: str = ""


def see_all(place: str, jar: Path | None, base: Json, chosen: list[RealmChange], is_quick: bool) -> Iterator[Seen]:
    """Each change on the Keycloak in the folder, or at the address; if quick, until the first journey breaks."""
    with _server(place) as server, mail() as letters, directory(jar) as port:
        server.make(town(server.base))
        yield from _Street(server, letters, port, base, is_quick).walk(chosen)
        server.remove("town")


@contextmanager
def _server(place: str) -> Iterator[Keycloak]:
    if place.startswith("http"):
        name, password = (os.environ[f"KC_BOOTSTRAP_ADMIN_{part}"] for part in ("USERNAME", "PASSWORD"))
        yield Keycloak(place, name, password)
    else:
        with keycloak(Path(place)) as server:
            yield server


class _Street:
    """A server with its neighbours, and what usually works there."""

    def __init__(self, server: Keycloak, letters: Mail, port: int | None, base: Json, is_quick: bool) -> None:
        self.server = server
        self.letters = letters
        self.around = Surroundings(server.base, letters.port, port)
        self.base = base
        self.is_quick = is_quick
        self.usual: dict[str, dict[str, str]] = {}

    def walk(self, chosen: list[RealmChange]) -> Iterator[Seen]:
        """Slow changes first: they ripen while the others are looked at."""
        begun: list[_Begun] = []
        for number, change in enumerate(sorted(chosen, key=lambda one: -one.wait_s)):
            if change.needs and self.around.directory is None:
                yield Seen(change, {}, skipped="needs a directory: --directory JAR")
                continue
            begun.append(self._begin(change, f"school-{number}"))
            yield from self._end([one for one in begun if one.due <= time.monotonic()], begun)
        while begun:
            time.sleep(max(0.0, min(one.due for one in begun) - time.monotonic()))
            yield from self._end([one for one in begun if one.due <= time.monotonic()], begun)

    def _begin(self, change: RealmChange, name: str) -> _Begun:
        before, after = change.on_server(self.base)
        old = self.around.fill_in(before, name)
        usual = self._usual(change)
        world = self._world(old, name)
        world.prepare()
        world.pause_s = change.pause_s
        new = self.around.fill_in(after, name)
        made = _Begun(change, world, usual, time.monotonic() + change.wait_s)
        try:
            if change.is_import:
                self.server.make(new)
            else:
                operator.change(self.server, old, new)
        except Refused as refused:
            made.refused = str(refused)
        return made

    def _end(self, ripe: list[_Begun], begun: list[_Begun]) -> Iterator[Seen]:
        for one in ripe:
            begun.remove(one)
            met = {} if one.refused else self._meet(one.world, one.change.is_import, one.usual)
            for name in (one.world.name, "school-2027"):
                self.server.remove(name)
            seen = Seen(one.change, {k: how for k, how in met.items() if k not in one.usual}, one.refused)
            print(f"{one.change.name}: {seen.says}", file=sys.stderr, flush=True)
            yield seen

    def _world(self, realm: Json, name: str) -> World:
        self.server.make(realm)
        return World(self.server, name, self.letters, self.around.directory is not None)

    def _usual(self, change: RealmChange) -> dict[str, str]:
        """What fails without any change, after the same wait; asked once for realms that begin alike."""
        key = json.dumps(
            [change.shortened_old and dict(change.shortened_old), change.wait_s if change.shortened_old else 0]
        )
        if key not in self.usual:
            old, _ = change.on_server(self.base)
            world = self._world(self.around.fill_in(old, "usual"), "usual")
            world.prepare()
            time.sleep(change.wait_s if change.shortened_old else 0)
            self.usual[key] = self._meet(world, False, None)
            self.server.remove("usual")
            print(f"without a change: {self.usual[key] or 'everything works'}", file=sys.stderr, flush=True)
        return self.usual[key]

    def _meet(self, world: World, is_import: bool, usual: dict[str, str] | None) -> dict[str, str]:
        """The journeys that fail. An import makes everyone a new account, so that the past says nothing of it."""
        journeys = OF_TODAY if is_import else (*OF_TODAY, *OF_THE_PAST)
        if world.has_directory:
            journeys = (*OF_THE_DIRECTORY, *journeys)
        failed: dict[str, str] = {}
        for journey in journeys:
            if how := _how(journey, world, is_import):
                failed[journey.__name__] = how
                if self.is_quick and usual is not None and journey.__name__ not in usual:
                    break
        return failed


def _how(journey: Journey, world: World, is_import: bool) -> str:
    try:
        journey(world)
    except (Broken, Refused) as broken:
        how = str(broken)
        return "" if is_import and "another person" in how else how
    return ""
