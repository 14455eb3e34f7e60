"""A second node of a service, which its front leads every other connection to.

It shares everything with the first: database, secrets, log. Its configuration is a copy, and only what is said of it
differs; its clock may be its own. In: a stage whose layout has a front. Out: the stage with a front over two nodes.
"""

from __future__ import annotations

import itertools
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.faults.edit import Value, change
from bench.faults.fault import Do
from bench.faults.stage import Stage, answers
from bench.faults.standing import environment, set_clock
from bench.faults.ways import lead
from doorward.review.drills.site import free_ports, wait_until


@dataclass(frozen=True, slots=True)
class Own:
    """What the node does not share. `values`: what its configuration says otherwise; `secrets`: files that hold
    something else there; `clock_s`: how far its clock is off."""

    values: Mapping[str, Value] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    clock_s: int | None = None


def joins(name: str, own: Own | None = None) -> Do:
    """Such a node joins; with None, one that shares all."""

    def inject(stage: Stage) -> None:
        port = serve_node(stage, name, own or Own())
        by_turns(stage, f"front-{name}", stage.ports[name], port)
        if own is not None:
            # The front begins anew, so that people are spread over both at once.
            lead(stage, f"front-{name}", stage.ports[name])

    return inject


def leaves(name: str) -> Do:
    """The front leads to the first node alone."""
    return lambda stage: alone(stage, f"front-{name}", stage.ports[name])


def by_turns(stage: Stage, relay: str, *ports: int) -> None:
    """One new connection leads to the one, the next to the next; open ones stay where they are."""
    stage.relays[relay].turns = itertools.cycle(("127.0.0.1", port) for port in reversed(ports))


def alone(stage: Stage, relay: str, port: int) -> None:
    """All lead there."""
    stage.relays[relay].turns = None
    lead(stage, relay, port)


def serve_node(stage: Stage, name: str, own: Own) -> int:
    """Such a node, which nobody is led to yet; its port."""
    home, port = stage.directory / f"second-{name}", free_ports(1)[0]
    _furnish(home, stage.site, own.secrets)
    shutil.copy(stage.toml(name), home)
    for key, value in {"service.port": port, **own.values}.items():
        change(home / f"{name}.toml", key, value)
    clock = {}
    if own.clock_s is not None:
        set_clock(home / "clock", own.clock_s)
        clock = {"CLOCK_OFFSET_FILE": str(home / "clock")}
    command = [sys.executable, "-m", "school", "serve", str(home), name]
    stage.start(f"second-{name}", command, stage.release, environment(stage, name) | clock)
    wait_until(partial(answers, f"http://127.0.0.1:{port}/healthz"), 40, f"the second {name} does not answer")
    return port


def _furnish(home: Path, site: Path, others: tuple[str, ...]) -> None:
    """All that the site has by links; a secret that is another one here lies here."""
    for folder in (home, home / "secrets"):
        folder.mkdir()
    for entry in (*site.iterdir(), *site.glob("secrets/*")):
        if entry.suffix != ".toml" and entry.name not in ("run", "secrets", *others):
            (home / entry.relative_to(site)).symlink_to(entry)
    for secret in others:
        (home / "secrets" / secret).write_text(secrets.token_urlsafe(48) + "\n")
