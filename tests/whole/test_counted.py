"""Whatever is killed, rotated and sent twice, every line is counted once: follower and receiver are killed again and
again while a log turns, is packed and emptied, and a sender repeats itself."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from django.db import connections

from doorward.settings import Settings
from doorward.watch.sources.http import Inbox
from doorward.wiring.inlets import serving
from tests.wiring.cases import at, line, settings_of

KILLS = 10
# Turns that stay; a follower goes back as far.
KEPT = 28


class Follower:
    """A process that does what `doorward run` does with lines, and nothing else."""

    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _follow(settings, bound, parent)
            finally:
                os._exit(1)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _follow(settings: Settings, bound: socket.socket, parent: int) -> None:
    from doorward.wiring.logs import Logs

    logs = Logs(settings)
    serving(Inbox(logs.spools["portal"], "", 1 << 20), bound).start()
    while os.getppid() == parent:
        logs.past(at(1e6))
        logs.poll()
        logs.commit()


class Written:
    """The log of the one component, and what was sent for the other."""

    def __init__(self, log: Path, address: str, store: Path, chance: random.Random) -> None:
        self.log, self.address, self.store, self.chance = log, address, store, chance
        self.lines = 0
        self.sent = 0
        self.sequence = 0
        self.waiting: bytes | None = None
        # What turned before a follower ever stored where it begins is the past, and is not counted.
        self.is_known = False

    def counted(self, component: str) -> int:
        """What the database says now."""
        with closing(sqlite3.connect(self.store, timeout=10)) as database:
            query = "SELECT COALESCE(SUM(events), 0) FROM store_bucketrow WHERE component = ?"
            return int(database.execute(query, (component,)).fetchone()[0])

    def _is_known(self) -> bool:
        with closing(sqlite3.connect(self.store, timeout=10)) as database:
            return (
                database.execute("SELECT 1 FROM store_cursorrow WHERE path = ?", (str(self.log),)).fetchone()
                is not None
            )

    def write(self) -> None:
        """Some lines, the last of them in two halves; now and then the log turns."""
        text = b"".join(line(at(self.lines + number)) for number in range(self.chance.randrange(1, 40)))
        half = self.chance.randrange(len(text))
        for part in (text[:half], text[half:]):
            with self.log.open("ab") as file:
                file.write(part)
        self.lines += text.count(b"\n")
        self.is_known = self.is_known or self._is_known()
        if self.chance.random() < 0.2 and self.is_known and self._archived(KEPT) is None:
            self._turn()

    def _archived(self, number: int) -> Path | None:
        plain = self.log.with_name(f"{self.log.name}.{number}")
        return next((path for path in (plain, plain.with_name(f"{plain.name}.gz")) if path.exists()), None)

    def _turn(self) -> None:
        """As logrotate does it: by name or by copy, packed at once, one turn later or never."""
        for number in range(KEPT, 0, -1):
            if older := self._archived(number):
                older.rename(older.with_name(older.name.replace(f".{number}", f".{number + 1}")))
        rotated = self.log.with_name(f"{self.log.name}.1")
        if self.chance.random() < 0.5:
            self.log.rename(rotated)
            self.log.touch()
        else:
            shutil.copyfile(self.log, rotated)
            os.truncate(self.log, 0)
        packed = self.log.with_name(f"{self.log.name}.{self.chance.randrange(1, 4)}")
        if packed.exists():
            with packed.open("rb") as whole, gzip.open(f"{packed}.gz", "wb") as file:
                shutil.copyfileobj(whole, file)
            packed.unlink()

    def send(self) -> None:
        """The delivery that waits, or the next one; what was not acknowledged is sent again the next time."""
        if self.waiting is None:
            self.sequence += 1
            number = self.chance.randrange(1, 30)
            self.waiting = b"".join(line(at(self.sent + each)) for each in range(number))
            self.sent += number
        headers = {"Doorward-Sender": "relay", "Doorward-Sequence": str(self.sequence)}
        try:
            answer = httpx.post(f"{self.address}/v1/lines", content=self.waiting, headers=headers, timeout=0.3)
        except httpx.TransportError:
            return
        if answer.is_success and self.chance.random() < 0.7:
            self.waiting = None


def _kill_after(victim: int, seconds: float) -> int:
    """A process, not a thread: what is forked beside a thread may wait for ever for what that thread held."""
    pid = os.fork()
    if pid == 0:
        time.sleep(seconds)
        os.kill(victim, signal.SIGKILL)
        os._exit(0)
    return pid


def until(claim: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + 60
    while not claim():
        assert time.monotonic() < deadline, what()
        time.sleep(0.01)


@pytest.mark.parametrize("seed", [1, 2])
def test_kills_rotations_and_repeated_deliveries_change_no_count(store: Path, seed: int) -> None:
    import doorward.wiring.logs  # noqa: F401 - once, before the processes part

    chance = random.Random(seed)
    (store.parent / "site/logs").mkdir(parents=True)
    portal = {"name": "portal", "role": "client", "kind": "school", "source": {"kind": "http"}}
    settings = settings_of(store.parent, {"log": "logs/auth.jsonl"}, (portal,))
    connections.close_all()
    with socket.create_server(("127.0.0.1", 0)) as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        written = Written(settings.directory / "logs/auth.jsonl", address, store / "doorward.sqlite3", chance)
        written.log.touch()
        for _ in range(KILLS):
            follower = Follower(settings, bound)
            killer = _kill_after(follower.pid, chance.uniform(0.05, 0.5))
            while os.waitpid(follower.pid, os.WNOHANG) == (0, 0):
                written.write()
                written.send()
            os.waitpid(killer, 0)
        follower = Follower(settings, bound)
        try:
            while written.waiting is not None:
                written.send()
            until(
                lambda: (written.counted("auth"), written.counted("portal")) == (written.lines, written.sent),
                lambda: f"{written.counted('auth')} of {written.lines}, {written.counted('portal')} of {written.sent}",
            )
        finally:
            follower.kill()
    assert written.lines > 100
    assert written.sent > 0
