"""A light guarded site and a real `doorward run` before it: what a whole test starts, breaks, kills and reads."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from doorward.model.entry import Entry
from doorward.review.drills.entries import proved_good, read_entries
from doorward.review.drills.site import free_ports

ROOT = Path(__file__).parents[2]

AUTH_TOML = """\
# A sign-in service as small as a test needs.
[service]
public_url = "http://127.0.0.1:{port}"
port = {port}
secret_key_file = "secrets/key"

[database]
path = "auth.sqlite3"

[log]
path = "logs/auth.jsonl"
key_file = "secrets/log-key"

[session]
serializer = "django.contrib.sessions.serializers.JSONSerializer"
life_minutes = 480
bind_ipv4_prefix = 24

[mail]
from = "school@example.org"

[oidc]
signing_key_file = "secrets/signing-key.pem"

[monitoring]
token_file = "secrets/token"
"""

DOORWARD_TOML = """\
[doorward]
state = "state"

[dashboard]
port = 0

[service]
name = "Small portal"
directory = "site"

[[component]]
name = "auth"
role = "provider"
kind = "school"
config = ["auth.toml"]
log = "logs/auth.jsonl"
address = "http://127.0.0.1:{port}"
health = "/healthz"
pid_file = "run/auth.pid"
reload = {{ signal = "HUP", settle_s = 10 }}

[[probe]]
name = "sign-in"
journey = "form"
start = "http://127.0.0.1:{port}/"
return_to = "http://127.0.0.1:{port}/account"
username_file = "secrets/name"
password_file = "secrets/word"
addresses = ["203.0.113.10", "203.0.113.77"]
every_s = 0.5

[[channel]]
name = "pages"
kind = "file"
path = "pages.jsonl"

[respond]
level = [{{ name = "IT support", channels = ["pages", "console"], after_s = 600 }}]
retry_first_s = 0.5

[recover]
approval = "{approval}"
settle_s = 1
version_age_s = 0.5
"""


def _text(path: Path) -> str:
    """What the file says; nothing while there is none, or none any more."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def until(holds: Callable[[], object], limit_s: float, what: str) -> None:
    """Look often until it holds; AssertionError after the limit."""
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"{what} within {limit_s:.0f} s"
        time.sleep(0.02)


@dataclass
class Site:
    """The directory of one test with what runs in it."""

    home: Path
    port: int
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    service: subprocess.Popen[bytes] | None = None
    daemon: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> Path:
        """The doorward.toml."""
        return self.home / "doorward.toml"

    @property
    def log(self) -> Path:
        """The guarded log."""
        return self.home / "site/logs/auth.jsonl"

    @property
    def database(self) -> Path:
        """Doorward's own database."""
        return self.home / "state/doorward.sqlite3"

    @property
    def said(self) -> str:
        """What Doorward said on standard error."""
        path = self.home / "doorward.err"
        return path.read_text(errors="replace") if path.exists() else ""

    def build(self, approval: str = "policy") -> None:
        """Write the files."""
        for folder in ("site/logs", "site/run", "site/secrets"):
            (self.home / folder).mkdir(parents=True)
        (self.home / "site/auth.toml").write_text(AUTH_TOML.format(port=self.port))
        for name in ("key", "log-key", "signing-key.pem", "token", "name", "word"):
            (self.home / "site/secrets" / name).write_text(f"{name}-of-a-test")
        self.log.touch()
        self.config.write_text(DOORWARD_TOML.format(port=self.port, approval=approval))

    def serve(self, people_per_s: float = 15) -> None:
        """Start the guarded service with its people and wait for its pid file."""
        script = str(Path(__file__).with_name("service.py"))
        command = [sys.executable, script, str(self.home / "site"), str(self.port), str(people_per_s)]
        self.service = self._start(command, "service.err")
        until((self.home / "site/run/auth.pid").exists, 30, "the service is up")

    def guard(self, wait: bool = True) -> None:
        """Start `doorward run`; with `wait`, until it is ready."""
        command = [sys.executable, "-m", "doorward", "run", "--config", str(self.config)]
        self.daemon = self._start(command, "doorward.err")
        if wait:
            ready, pid = self.home / "state/ready", f"{self.daemon.pid}\n"
            until(lambda: _text(ready) == pid, 60, "doorward is ready")

    def _start(self, command: list[str], err: str) -> subprocess.Popen[bytes]:
        with (self.home / err).open("ab") as out:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd=ROOT
            )
        self.children.append(child)
        return child

    def kill(self) -> None:
        """End Doorward as a power cut would."""
        assert self.daemon is not None
        os.kill(self.daemon.pid, signal.SIGKILL)
        self.daemon.wait(30)

    def end(self, child: subprocess.Popen[bytes] | None) -> None:
        """End a child by request."""
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)
            child.send_signal(signal.SIGCONT)
            try:
                child.wait(40)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(30)

    def close(self) -> None:
        """End everything that was started."""
        while self.children:
            self.end(self.children.pop())

    def set_prefix(self, prefix: int) -> None:
        """Change the setting as an operator would, and have the service take it."""
        path = self.home / "site/auth.toml"
        lines = [
            f"bind_ipv4_prefix = {prefix}" if "bind_ipv4" in line else line for line in path.read_text().split("\n")
        ]
        fresh = path.with_name("auth.toml.new")
        fresh.write_text("\n".join(lines))
        os.replace(fresh, path)
        os.kill(int((self.home / "site/run/auth.pid").read_text()), signal.SIGHUP)

    def entries(self) -> tuple[Entry, ...]:
        """Doorward's incident log as it stands."""
        return read_entries(self.database)

    def kinds(self) -> list[str]:
        """The kinds of its lines."""
        return [entry.kind for entry in self.entries()]

    def is_proved(self) -> bool:
        """Whether the configuration in force was proved good."""
        return proved_good(self.database) == 1

    def pages(self) -> list[str]:
        """Keys of the whole lines in the file channel."""
        path = self.home / "pages.jsonl"
        found = []
        for line in path.read_bytes().split(b"\n") if path.exists() else ():
            try:
                found.append(json.loads(line)["key"])
            except ValueError:
                continue
        return found

    def owed(self) -> int:
        """Pages that the outbox still owes."""
        return int(self.ask("SELECT count(*) FROM store_pagerow WHERE delivered_at IS NULL")[0][0])

    def counted(self) -> dict[tuple[str, str, str], int]:
        """Events of all buckets by kind, outcome and reason."""
        rows = self.ask("SELECT kind, outcome, reason, sum(events) FROM store_bucketrow GROUP BY 1, 2, 3")
        return {(str(kind), str(outcome), str(reason)): int(str(events)) for kind, outcome, reason, events in rows}

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Rows of Doorward's database, read only."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(query).fetchall()

    def health(self) -> dict[str, dict[str, str]]:
        """What `/health/` answers; no parts while the dashboard is not up."""
        place = self.home / "state/dashboard.address"
        if not place.exists():
            return {"parts": {}}
        answer: dict[str, dict[str, str]] = httpx.get(f"{place.read_text().strip()}/health/", timeout=20).json()
        return answer

    def is_settled(self) -> bool:
        """Whether the incident has recovered, people were told so, and no page is owed."""
        return "recovered" in self.kinds() and any(":recovered-" in key for key in self.pages()) and self.owed() == 0

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of Doorward on this site."""
        command = [sys.executable, "-m", "doorward", *arguments, "--config", str(self.config)]
        return subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False, cwd=ROOT
        )


@contextmanager
def site(home: Path, approval: str = "policy") -> Iterator[Site]:
    """A site that is built; everything in it is ended at the end."""
    made = Site(home, free_ports(1)[0])
    made.build(approval)
    try:
        yield made
    finally:
        made.close()


_OUTCOMES = {"succeeded": "success", "accepted": "success", "rejected": "failure"}


def written(log: Path) -> dict[tuple[str, str, str], int]:
    """The service's lines, counted apart from Doorward's own code: by kind, outcome and reason; broken ones are not."""
    counts: dict[tuple[str, str, str], int] = {}
    for text in log.read_bytes().split(b"\n"):
        try:
            line = json.loads(text)
            event = line["event"]
        except (ValueError, KeyError):
            continue
        key = {
            "configuration-loaded": ("configuration", "success", "ok"),
            "request": ("request", "success", "ok"),
        }.get(event) or (event, _OUTCOMES[line["outcome"]], line["reason"])
        counts[key] = counts.get(key, 0) + 1
    return counts
