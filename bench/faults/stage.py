"""The stage of one run: the school as a layout wants it, with people in it and Doorward at its post.

Everything listens on free ports of 127.0.0.1 and lies in one directory; `close` ends all that was started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx

from bench.faults import template
from bench.faults.authority import Authority
from bench.faults.children import Child, Children, send, tree
from bench.faults.edit import Value, change
from bench.faults.fault import Layout
from bench.faults.guard import doorward_toml
from bench.faults.names import HOSTS, NameServer
from bench.faults.relay import Relay
from bench.faults.standing import configure, environment, told
from bench.faults.stores import PostgreSQL, Redis
from doorward.review.drills.site import free_ports, wait_until
from school.config import digest

ROOT = template.ROOT
SERVICES = ("auth", "portal")


@dataclass(slots=True)
class Stage:
    """One run's stage below `directory`; what the layout does not have is None or not in the table."""

    directory: Path
    layout: Layout
    template: Path
    children: Children = field(init=False)
    relays: dict[str, Relay] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    services: dict[str, Child] = field(default_factory=dict)
    postgresql: PostgreSQL | None = None
    redis: Redis | None = None
    authority: Authority | None = None
    names: NameServer | None = None
    kept: dict[Path, bytes] = field(default_factory=dict)
    """Files as they were before a fault changed them."""
    begun: list[Child] = field(default_factory=list)
    """Whom a fault had come: attackers, crowds."""
    loops: list[threading.Thread] = field(default_factory=list)
    """What a fault does again and again."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set when what a fault does again and again must end."""

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
        """Start everything but Doorward and the people."""
        self._mount()
        template.lay_out(self.template, self.directory)
        self._start_stores()
        self._choose_addresses()
        configure(self)
        for name in SERVICES:
            self.serve(name)
        for name in SERVICES:
            wait_until(partial(answers, f"http://127.0.0.1:{self.ports[name]}/healthz"), 40, f"{name} does not answer")
        for name in SERVICES:
            log = f"logs/{name}.jsonl"
            lines = template.past(self.template / "school" / log)
            template.begin_log(self.site / log, lines, digest(self.toml(name)), datetime.now(UTC))

    def post_doorward(self) -> None:
        """Start `doorward run` and wait until it is ready."""
        config = self.directory / "doorward.toml"
        config.write_text(doorward_toml(self.layout, told(self)))
        command = [sys.executable, "-m", "doorward", "run", "--config", str(config)]
        self.start("doorward", command, ROOT, environment(self, "doorward"))
        wait_until((self.directory / "doorward" / "ready").exists, 60, "doorward run does not get ready")

    def let_people_in(
        self, seconds: float, per_min: float | None = None, seed: int = 11, scale: float = 1.0, more: Sequence[str] = ()
    ) -> Child:
        """Start people; they end by themselves after `seconds`. `more`: options of the traffic."""
        command = [sys.executable, "-m", "school", "traffic", str(self.site), "--seconds", str(int(seconds))]
        command += ["--per-min", str(per_min or self.layout.per_min), "--seed", str(seed), "--time-scale", str(scale)]
        if self.authority is not None:
            command += ["--trust", str(self.authority.pem)]
        command += more
        return self.start(f"traffic-{seed}", command, ROOT)

    def open_library(self) -> None:
        """Let people sign in to the second client; it is well at first."""
        self.start("library", [sys.executable, "-m", "bench.faults.library", str(self.site)], ROOT)

    def close(self) -> None:
        """End everything."""
        self.over.set()
        for loop in self.loops:
            loop.join(10)
        for child in self.children.running:
            send(child.pid, signal.SIGCONT)
        self.children.close()
        for relay in self.relays.values():
            relay.close()
        if self.names is not None:
            self.names.close()
        if self.layout.disk_mib:
            subprocess.run(["umount", "--lazy", str(self.site)], check=False)

    # What faults use -------------------------------------------------------------------------------------------------

    def start(self, name: str, command: list[str], cwd: Path, env: Mapping[str, str] | None = None) -> Child:
        """Start something that knows the names which the school knows."""
        asked = self.names.asked_by(command) if self.names is not None else command
        return self.children.start(name, asked, cwd=cwd, env=env)

    def toml(self, name: str) -> Path:
        """The configuration of a service."""
        return self.site / f"{name}.toml"

    def clock(self, name: str) -> Path:
        """The file that says how far a service's clock is off."""
        return self.directory / f"clock-{name}"

    def secret(self, name: str) -> Path:
        """A file of the site's secrets."""
        return self.site / "secrets" / name

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
        self.children.running.remove(self.services[name])
        self.children.end(self.services[name], 20)
        with suppress(FileNotFoundError):
            (self.site / "run" / f"{name}.pid").unlink()
        self.serve(name)

    def serve(self, name: str) -> None:
        """Start one service."""
        command = [sys.executable, "-m", "school", "serve", str(self.site), name]
        self.services[name] = self.start(name, command, self.release, environment(self, name))

    # How it stands ---------------------------------------------------------------------------------------------------

    def _mount(self) -> None:
        if self.layout.disk_mib:
            self.site.mkdir()
            command = ["mount", "-t", "tmpfs", "-o", f"size={self.layout.disk_mib}m", "tmpfs", str(self.site)]
            subprocess.run(command, check=True)

    def _start_stores(self) -> None:
        if self.layout.database == "postgresql":
            home = self.directory / "postgresql"
            subprocess.run(["cp", "-a", str(self.template / "postgresql"), str(home)], check=True)
            self.postgresql = PostgreSQL(home, self.children)
            self.postgresql.start()
            self.relays["database"] = Relay(("127.0.0.1", self.postgresql.port)).start()
        if self.layout.sessions != "db":
            self.redis = Redis(self.directory, self.children)
            self.redis.start()
            self.relays["store"] = Relay(("127.0.0.1", self.redis.port)).start()

    def _choose_addresses(self) -> None:
        if self.layout.names:
            self.names = NameServer(self.directory)
        if self.layout.tls:
            self.authority = Authority(self.directory / "ca")
            self.authority.found()
        self.ports.update(zip(SERVICES, free_ports(2), strict=True))
        for name in SERVICES:
            port, host = self.ports[name], HOSTS[name] if self.layout.names else "127.0.0.1"
            if self.layout.front or self.authority is not None:
                certificate = self.authority.issue(self.certificate(name), host) if self.authority else None
                relay = self.relays[f"front-{name}"] = Relay(("127.0.0.1", port), certificate).start()
                port = relay.port
            self.addresses[name] = f"{'https' if self.authority else 'http'}://{host}:{port}"
        if self.layout.back:
            self.relays["back"] = Relay(("127.0.0.1", self.ports["auth"])).start()

    def certificate(self, name: str) -> Path:
        """The certificate and key of a service's front."""
        return self.directory / "ca" / f"{name}.pem"


def answers(url: str) -> bool:
    """Whether it answers 200."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def pause(seconds: float) -> None:
    """Let the school go on for a while."""
    time.sleep(seconds)
