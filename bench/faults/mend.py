"""What mends a fault: files as they were, ways that pass again, clocks that are right, an end of what repeats.

In: the names of what a fault touched. Out: a `Do` for `Fault.undo`. A fault calls `keep` before it changes a file.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.faults.children import send
from bench.faults.fault import Do
from bench.faults.relay import Mode
from bench.faults.stage import SERVICES, Stage
from bench.faults.standing import set_clock

_STOP_S = 3.0


def keep(stage: Stage, *paths: Path) -> None:
    """Remember files as they are, unless they are remembered already."""
    for path in paths:
        stage.kept.setdefault(path, path.read_bytes())


def put_back(stage: Stage) -> None:
    """Every file that was kept, as it was."""
    for path, content in stage.kept.items():
        fresh = path.with_name(f".{path.name}.back")
        fresh.write_bytes(content)
        os.replace(fresh, path)


def files(*services: str) -> Do:
    """Kept files are put back, and these services take them; one that is gone is started."""

    def undo(stage: Stage) -> None:
        put_back(stage)
        for name in services:
            up(stage, name)

    return undo


def up(stage: Stage, name: str) -> None:
    """Have the service live, and take what its files say."""
    if stage.services[name].poll() is None:
        stage.reload(name)
    else:
        stage.restart(name)


def started(*services: str) -> Do:
    """What repeats ends, and these services are started anew."""

    def undo(stage: Stage) -> None:
        stage.over.set()
        put_back(stage)
        for name in services:
            send(stage.services[name].pid, signal.SIGKILL)
            stage.restart(name)

    return undo


def stopped(stage: Stage) -> None:
    """What repeats ends; whoever a fault had come goes home."""
    stage.over.set()
    for child in stage.begun:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def ways_open(stage: Stage) -> None:
    """Every way passes, and nothing rewrites what is sent."""
    stage.over.set()
    for relay in stage.relays.values():
        relay.rewrite = None
        relay.set(Mode.PASS)


def clocks_right(stage: Stage) -> None:
    """Every clock goes right."""
    stage.over.set()
    threading.Event().wait(_STOP_S)
    for name in SERVICES:
        set_clock(stage.clock(name), 0)


def every(stage: Stage, every_s: float, do: Callable[[], None]) -> None:
    """Do it again and again until the stage says that it is over."""

    def loop() -> None:
        while not stage.over.is_set():
            # What it works on may be gone for a moment, or for good when the stage is being closed.
            with suppress(OSError):
                do()
            stage.over.wait(every_s)

    beside(stage, loop)


def beside(stage: Stage, do: Callable[[], None]) -> None:
    """Do it beside everything else; the stage waits for it when it closes."""
    thread = threading.Thread(target=do, daemon=True)
    stage.loops.append(thread)
    thread.start()


def nothing(_: Stage) -> None:
    """There is nothing to mend."""


def each(*parts: Do) -> Do:
    """One after the other."""

    def do(stage: Stage) -> None:
        for part in parts:
            part(stage)

    return do
