"""`doorward run` is killed again and again while it follows a journal, a Loki and a Kafka: every line is counted once;
a source that was away is told once and found again."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.services import loki
from tests.services.journal import Journal
from tests.services.kafka import Broker, broker
from tests.watch.sources.wire import Answer
from tests.wiring.cases import line

pytestmark = pytest.mark.xdist_group("whole")

KILLS = 4
TOML = """\
[doorward]
state = "state"
[service]
name = "Small portal"
[dashboard]
port = 0
[[component]]
name = "door"
role = "provider"
kind = "sshd"
source = {{ kind = "journald", journal = "journal", units = ["ssh"] }}
[[component]]
name = "portal"
role = "client"
kind = "school"
source = {{ kind = "loki", address = "{loki}", query = '{{app="portal"}}', every_s = 0.2 }}
[[component]]
name = "auth"
role = "provider"
kind = "school"
source = {{ kind = "kafka", address = "{kafka}", query = "sign-ins" }}
"""


class Followed:
    """What writes to the three sources, and what was counted of each."""

    def __init__(self, home: Path, broker: Broker, wire: loki.Wire) -> None:
        self.home = home
        self.broker, self.wire, self.journal = broker, wire, Journal(home / "journal")
        self.written = {"door": 0, "portal": 0, "auth": 0}
        self.chance = random.Random(7)
        broker.make_topic("sign-ins", 2)
        (home / "doorward.toml").write_text(TOML.format(loki=wire.address, kafka=broker.address))

    def write(self) -> None:
        """Some lines, to any of them."""
        name, number = self.chance.choice(tuple(self.written)), self.chance.randrange(1, 30)
        lines = [line(datetime.now(UTC)).strip() for _ in range(number)]
        self.written[name] += number
        if name == "auth":
            self.broker.send("sign-ins", lines)
        elif name == "portal":
            # Some of them come late.
            late_ns = self.chance.choice((0, 0, 5_000_000_000))
            values = [(time.time_ns() - late_ns + at, one.decode()) for at, one in enumerate(lines)]
            self.wire.push({"app": "portal"}, values)
        else:
            failed = "Failed password for invalid user x from 203.0.113.9 port 1 ssh2"
            self.journal.write(time.time(), [failed] * number)

    def counted(self) -> dict[str, int]:
        """Events of each component in the database."""
        path = self.home / "state/doorward.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
            rows = database.execute("SELECT component, SUM(events) FROM store_bucketrow GROUP BY component").fetchall()
        return {"door": 0, "portal": 0, "auth": 0, **dict(rows)}

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """While `doorward run` runs; then it is killed."""
        ready = self.home / "state/ready"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "doorward", "run", "--config", "doorward.toml"]
        with (self.home / "said").open("ab") as said:
            daemon = subprocess.Popen(command, cwd=self.home, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        try:
            until(lambda: ready.exists() or daemon.poll() is not None, lambda: "it does not start")
            assert daemon.poll() is None, self.said
            yield
        finally:
            daemon.kill()
            daemon.wait()

    @property
    def said(self) -> str:
        return (self.home / "said").read_text()


def until(claim: Callable[[], bool], what: Callable[[], str]) -> None:
    """Look often until it holds."""
    deadline = time.monotonic() + 90
    while not claim():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)


def test_kills_change_no_count_and_a_source_that_was_away_is_told_once(tmp_path: Path) -> None:
    with broker() as server, loki.wire() as wire:
        followed = Followed(tmp_path, server, wire)
        for _ in range(KILLS):
            before = sum(followed.written.values())
            with followed.guarded():
                for _ in range(followed.chance.randrange(3, 25)):
                    followed.write()
                # Killed at any moment of its reading: at once, or when something of this was counted.
                if followed.chance.random() < 0.6:
                    until(lambda before=before: sum(followed.counted().values()) > before, lambda: followed.said)  # type: ignore[misc]
        with followed.guarded():
            until(lambda: followed.counted() == followed.written, lambda: f"{followed.counted()} {followed.written}")
            wire.refusal = Answer(status=503)
            until(lambda: "health of source portal is red" in followed.said, lambda: followed.said)
            wire.refusal = None
            followed.write()
            until(lambda: followed.said.count("health of source portal is green") == 1, lambda: followed.said)
            until(lambda: followed.counted() == followed.written, lambda: f"{followed.counted()} {followed.written}")
        assert followed.said.count("health of source portal is red: answers 503") == 1
        assert min(followed.written.values()) > 50
