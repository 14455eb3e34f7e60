"""Killed at any moment, no page is lost and the log holds."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from doorward.model.entry import PageQueued
from doorward.respond.deliver import Courier
from doorward.respond.spool import Spool
from doorward.settings_tables import ChannelTable, RespondTable
from doorward.store import log, outbox
from doorward.store.ledger import Ledger
from tests.review.story import at

KILLS = 14
# The longest a round runs: several incidents are written and delivered in it, so kills fall everywhere.
LONGEST_S = 0.12


@pytest.fixture
def worker(store: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process that forks what is killed."""
    toml = store.parent / "doorward.toml"
    toml.write_text(
        '[doorward]\nstate = "state"\n[service]\nname = "S"\n'
        '[[component]]\nname = "auth"\nrole = "provider"\nkind = "x"\n'
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DOORWARD", "DJANGO"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.respond.killed", str(toml)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=20)


def read_until(stream: IO[bytes], seconds: float, wanted: bytes = b"") -> bytes:
    """What comes within that time, or until a line that contains `wanted`."""
    until, told = time.monotonic() + seconds, b""
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([stream], [], [], left)
        if ready:
            told += os.read(stream.fileno(), 65536)
            if wanted and wanted in told and told.endswith(b"\n"):
                break
    return told


def test_no_page_is_lost_and_the_log_holds_whenever_it_is_killed(worker: subprocess.Popen[bytes], store: Path) -> None:
    assert worker.stdin is not None
    assert worker.stdout is not None
    chance, told = random.Random(20231011), b""
    for kill in range(KILLS):
        worker.stdin.write(b"\n")
        worker.stdin.flush()
        begun = read_until(worker.stdout, 20, b"child ")
        child = int(next(line for line in begun.splitlines() if line.startswith(b"child")).split()[1])
        # Every second one is killed wherever it is, the others some time after their first page is owed.
        first = begun if kill % 2 else begun + read_until(worker.stdout, 20, b"owed")
        told += first + read_until(worker.stdout, chance.uniform(0.0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        told += read_until(worker.stdout, 0.02)

    log.verify()
    owed = {entry.body.key for entry in log.entries() if isinstance(entry.body, PageQueued)}
    lines = [line.decode() for line in told.splitlines() if line.startswith(b"owed")]
    promised = {line.split()[1] for line in lines if line.endswith(":declared")}
    assert len(owed) >= KILLS
    assert promised <= owed

    pages = store / "pages.jsonl"
    table = ChannelTable(name="pager", kind="file", path=pages)
    ledger = Ledger(store)
    ledger.refresh()
    courier = Courier({"pager": table}, RespondTable(), ledger, lambda: at(10**9), outbox, Spool(store / "spool.jsonl"))
    courier.deliver()
    assert outbox.owed() == 0
    assert owed <= set(keys(pages))
    log.verify()


def keys(path: Path) -> Iterator[str]:
    """Keys of the whole lines; a line that a kill cut short is passed over, as a receiver would."""
    for line in path.read_bytes().split(b"\n"):
        try:
            yield json.loads(line)["key"]
        except ValueError:
            continue
