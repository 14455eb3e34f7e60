"""The stage of a drill: a school of its own, a Doorward that guards it, and people; all on free loopback ports.

Every process is a child in a group of its own, is waited for, and is ended by its id when the stage is closed.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from doorward.errors import SystemUnreachable
from doorward.review.drills.scenario import Scenario

DOORWARD_TOML = """\
# Doorward guarding the school of one drill.
[doorward]
state = "doorward"

[dashboard]
port = {dashboard_port}

[service]
name = "School portal"
directory = "school"

[[component]]
name = "auth"
role = "provider"
kind = "school"
config = ["auth.toml"]
settings = "school.auth.settings"
project = "{project}"
env = {{ SCHOOL_AUTH_CONFIG = "{{dir}}/auth.toml" }}
log = "logs/auth.jsonl"
address = "http://127.0.0.1:{auth_port}"
health = "/healthz"
pid_file = "run/auth.pid"
database = "sqlite:auth.sqlite3"
session_hash_key_file = "secrets/log-key"
reload = {{ signal = "HUP", settle_s = 15 }}

[[component]]
name = "portal"
role = "client"
kind = "school"
config = ["portal.toml"]
settings = "school.portal.settings"
project = "{project}"
env = {{ SCHOOL_PORTAL_CONFIG = "{{dir}}/portal.toml" }}
log = "logs/portal.jsonl"
address = "http://127.0.0.1:{portal_port}"
health = "/healthz"
pid_file = "run/portal.pid"
database = "sqlite:portal.sqlite3"
reload = {{ signal = "HUP", settle_s = 15 }}

[[probe]]
name = "portal-sign-in"
journey = "oidc"
start = "http://127.0.0.1:{portal_port}/courses/"
return_to = "http://127.0.0.1:{auth_port}/"
accounts_file = "secrets/people.json"
token_file = "secrets/monitoring-token"
addresses = ["203.0.113.10", "203.0.113.77", "203.0.113.142", "203.0.113.201"]
every_s = 4
timeout_s = 4

[[channel]]
name = "support"
kind = "file"
path = "pages-support.jsonl"

[[channel]]
name = "operations"
kind = "file"
path = "pages-operations.jsonl"

[[channel]]
name = "cto"
kind = "file"
path = "pages-cto.jsonl"

[respond]
level = [
  {{ name = "IT support", channels = ["console", "support"], after_s = 300 }},
  {{ name = "System operations", channels = ["operations"], after_s = 600 }},
  {{ name = "CTO", channels = ["cto"], after_s = 1800 }},
]

[recover]
approval = "policy"
settle_s = 6
version_age_s = 10
"""


@dataclass(slots=True)
class Stage:
    """The running stage of one drill below `directory`."""

    directory: Path
    auth_port: int = 0
    portal_port: int = 0
    _people: subprocess.Popen[bytes] | None = None
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def school(self) -> Path:
        """The school's site."""
        return self.directory / "school"

    @property
    def config(self) -> Path:
        """The doorward.toml that guards it."""
        return self.directory / "doorward.toml"

    @property
    def truth(self) -> Path:
        """What the people saw, as JSON lines."""
        return self.directory / "truth.jsonl"

    @property
    def database(self) -> Path:
        """Where Doorward keeps its log."""
        return self.directory / "doorward" / "doorward.sqlite3"

    def build(self, people: int = 200) -> None:
        """Set the school up on free ports and write the doorward.toml beside it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.auth_port, self.portal_port, dashboard_port = free_ports(3)
        ports = ["--auth-port", str(self.auth_port), "--portal-port", str(self.portal_port)]
        self._finish(
            "setup", [sys.executable, "-m", "school", "setup", str(self.school), "--people", str(people), *ports]
        )
        self.config.write_text(
            DOORWARD_TOML.format(
                dashboard_port=dashboard_port,
                auth_port=self.auth_port,
                portal_port=self.portal_port,
                project=Path(__file__).parents[3],
            )
        )

    def open_school(self) -> None:
        """Serve both services and wait until they answer."""
        self._start("school", [sys.executable, "-m", "school", "serve", str(self.school)])
        for port in (self.auth_port, self.portal_port):
            wait_until(partial(_answers, f"http://127.0.0.1:{port}/healthz"), 30, "the school does not answer")

    def post_doorward(self) -> None:
        """Start `doorward run` and wait until it says that it is ready."""
        self._start("doorward", [sys.executable, "-m", "doorward", "run", "--config", str(self.config)])
        ready = self.directory / "doorward" / "ready"
        wait_until(ready.exists, 30, "doorward run does not get ready")

    def let_people_in(self, scenario: Scenario, seconds: float) -> subprocess.Popen[bytes]:
        """Start the traffic; it ends by itself after `seconds`."""
        traffic = scenario.traffic
        self._people = self._start(
            "traffic",
            [
                *(
                    sys.executable,
                    "-m",
                    "school",
                    "traffic",
                    str(self.school),
                    "--per-min",
                    str(traffic.sign_ins_per_min),
                ),
                *("--seconds", str(int(seconds)), "--seed", str(traffic.seed)),
                *("--shared-exit-share", str(traffic.shared_exit_share), "--record", str(self.truth)),
            ],
        )
        return self._people

    def end_people(self) -> None:
        """Send the people home; each one's session is tried once more before they go."""
        if self._people is not None:
            self.end(self._people, 40)

    def reload(self, component: str) -> None:
        """Have a service take its configuration, as its operator would."""
        os.kill(int((self.school / "run" / f"{component}.pid").read_text()), signal.SIGHUP)

    def end(self, child: subprocess.Popen[bytes], limit_s: float = 20) -> None:
        """End one child: a request first, by force when it does not listen."""
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(limit_s)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def close(self) -> None:
        """End everything that was started, last first."""
        while self._children:
            self.end(self._children.pop())

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.directory / f"{name}.out").open("ab") as out:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._children.append(child)
        return child

    def _finish(self, name: str, command: list[str]) -> None:
        child = self._start(name, command)
        if child.wait(120):
            tail = (self.directory / f"{name}.out").read_text(errors="replace")[-800:]
            raise SystemUnreachable(f"{name} ended with exit status {child.returncode}: {tail}")
        self._children.remove(child)


def free_ports(count: int) -> tuple[int, ...]:
    """Loopback ports that nothing listens on; held together while they are chosen, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return tuple(each.getsockname()[1] for each in sockets)
    finally:
        for each in sockets:
            each.close()


def wait_until(holds: Callable[[], bool], limit_s: float, what: str) -> None:
    """Look a few times a second until it holds. Raises SystemUnreachable after the limit."""
    deadline = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > deadline:
            raise SystemUnreachable(f"{what} within {limit_s:.0f} s")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
