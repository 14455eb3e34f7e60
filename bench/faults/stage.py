"""The stage of one run: the school as a layout wants it, with people in it and Doorward at its post.

Everything listens on free ports of 127.0.0.1 and lies in one directory; `close` ends all that was started.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx

from bench.faults import template
from bench.faults.children import Child, Children, send, tree
from bench.faults.edit import Value, change
from bench.faults.fault import Layout
from bench.faults.guard import Told, doorward_toml
from bench.faults.relay import Relay
from doorward.review.drills.site import free_ports, wait_until
from school.config import digest

ROOT = template.ROOT


@dataclass(slots=True)
class Stage:
    """One run's stage below `directory`."""

    directory: Path
    layout: Layout
    template: Path
    children: Children = field(init=False)
    relays: dict[str, Relay] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    services: dict[str, Child] = field(default_factory=dict)
    people: Child | None = None

    def __post_init__(self) -> None:
        self.children = Children(self.directory)

    @property
    def site(self) -> Path:
        """The school's site."""
        return self.directory / "school"

    @property
    def release(self) -> Path:
        """The code that the school runs, a copy of its own."""
        return self.directory / "release"

    @property
    def database(self) -> Path:
        """Where Doorward keeps its incident log."""
        return self.directory / "doorward" / "doorward.sqlite3"

    def open(self) -> None:
        """Start everything but the people."""
        template.lay_out(self.template, self.directory)
        self._choose_addresses()
        self._configure()
        for name in ("auth", "portal"):
            template.move_log(self.site / "logs" / f"{name}.jsonl", digest(self.toml(name)), datetime.now(UTC))
            self.serve(name)
        for name in ("auth", "portal"):
            wait_until(partial(answers, self.inner(name) + "/healthz"), 40, f"{name} does not answer")

    def post_doorward(self) -> None:
        """Start `doorward run` and wait until it is ready."""
        config = self.directory / "doorward.toml"
        config.write_text(doorward_toml(self.layout, self._told()))
        self.children.start("doorward", [sys.executable, "-m", "doorward", "run", "--config", str(config)], cwd=ROOT)
        wait_until((self.directory / "doorward" / "ready").exists, 60, "doorward run does not get ready")

    def let_people_in(self, seconds: float, per_min: float | None = None, seed: int = 11, scale: float = 1.0) -> Child:
        """Start people; they end by themselves after `seconds`."""
        command = [sys.executable, "-m", "school", "traffic", str(self.site), "--seconds", str(int(seconds))]
        command += ["--per-min", str(per_min or self.layout.per_min), "--seed", str(seed), "--time-scale", str(scale)]
        self.people = self.children.start(f"traffic-{seed}", command, cwd=ROOT)
        return self.people

    def close(self) -> None:
        """End everything."""
        for child in self.services.values():
            send(child.pid, signal.SIGCONT)
        self.children.close()
        for relay in self.relays.values():
            relay.close()

    # What faults use -------------------------------------------------------------------------------------------------

    def toml(self, name: str) -> Path:
        """The configuration of a service."""
        return self.site / f"{name}.toml"

    def inner(self, name: str) -> str:
        """Where the service itself listens."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def set(self, name: str, values: Mapping[str, Value]) -> None:
        """Change settings of a service, as its operator would, and have it take them."""
        for key, value in values.items():
            change(self.toml(name), key, value)
        self.reload(name)

    def reload(self, name: str) -> None:
        """Have a service take its configuration and its code."""
        os.kill(self.master(name), signal.SIGHUP)

    def master(self, name: str) -> int:
        """The process id of the service's master."""
        return int((self.site / "run" / f"{name}.pid").read_text())

    def workers(self, name: str) -> list[int]:
        """The process ids of its workers."""
        return [process.pid for process in tree(self.master(name))[1:]]

    def restart(self, name: str) -> None:
        """End the service and start it again; it may not come up."""
        self.children.end(self.services[name], 20)
        with suppress(FileNotFoundError):
            (self.site / "run" / f"{name}.pid").unlink()
        self.serve(name)

    def serve(self, name: str) -> None:
        """Start one service."""
        command = [sys.executable, "-m", "school", "serve", str(self.site), name]
        self.services[name] = self.children.start(name, command, cwd=self.release, env=self._environment(name))

    # How it stands ---------------------------------------------------------------------------------------------------

    def _choose_addresses(self) -> None:
        self.ports["auth"], self.ports["portal"] = free_ports(2)
        for name in ("auth", "portal"):
            port = self.ports[name]
            if self.layout.front:
                self.relays[f"front-{name}"] = Relay(("127.0.0.1", port)).start()
                port = self.relays[f"front-{name}"].port
            self.addresses[name] = f"http://127.0.0.1:{port}"
        if self.layout.back:
            self.relays["back"] = Relay(("127.0.0.1", self.ports["auth"])).start()

    def _configure(self) -> None:
        auth, portal = self.addresses["auth"], self.addresses["portal"]
        both: dict[str, Value] = {"server.workers": self.layout.workers, "server.threads": self.layout.threads}
        values: dict[str, dict[str, Value]] = {
            "auth": both
            | {
                "service.public_url": auth,
                "service.port": self.ports["auth"],
                "service.help_url": f"{portal}/cannot-sign-in/",
                "client[0].redirect_uris": [f"{portal}/sign-in/callback/"],
                "client[0].post_sign_out_uris": [f"{portal}/signed-out/", f"{portal}/"],
            },
            "portal": both
            | {"service.public_url": portal, "service.port": self.ports["portal"], "sign_in.issuer": f"{auth}/o"},
        }
        for name, pairs in values.items():
            for key, value in pairs.items():
                change(self.toml(name), key, value)

    def _environment(self, name: str) -> dict[str, str]:
        environment: dict[str, str] = {}
        if self.layout.back and name == "portal":
            environment["http_proxy"] = f"http://127.0.0.1:{self.relays['back'].port}"
        return environment

    def _told(self) -> Told:
        return Told(
            auth=self.addresses["auth"],
            portal=self.addresses["portal"],
            release=str(self.release),
            auth_database="sqlite:auth.sqlite3",
            portal_database="sqlite:portal.sqlite3",
        )


def answers(url: str) -> bool:
    """Whether it answers 200."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def empty(directory: Path) -> Path:
    """The directory, with nothing in it."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory.resolve()


def pause(seconds: float) -> None:
    """Let the school go on for a while."""
    time.sleep(seconds)
