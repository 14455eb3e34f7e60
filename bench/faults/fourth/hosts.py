"""The fourth set: hosts and processes that fail in ways that no earlier set has."""

from __future__ import annotations

import signal
from contextlib import suppress

from bench.faults.children import send
from bench.faults.fault import Do, Fault, Layout
from bench.faults.fourth.nodes import joins, leaves
from bench.faults.mend import each, every, started
from bench.faults.processes import fill_disk, signals
from bench.faults.second.hosts import ended
from bench.faults.stage import SERVICES, Stage

_FULL_S, _FREE_S = 7.0, 2.0
_OFF_S, _ON_S = 5.0, 9.0
_FRONT = Layout(front=True)


def _disk_full_by_turns(stage: Stage) -> None:
    """A job writes its interim files until the disk is full, fails, tidies up and is tried again."""

    def work() -> None:
        fill_disk(stage)
        stage.over.wait(_FULL_S)
        (stage.site / "backup.tar").unlink()

    every(stage, _FREE_S, work)


def _power_fails(stage: Stage) -> None:
    """The host's power is gone for five seconds and back for six, over and over; services come up with it."""

    def fail() -> None:
        for name in SERVICES:
            with suppress(OSError):
                send(stage.services[name].pid, signal.SIGKILL)
        stage.over.wait(_OFF_S)
        for name in SERVICES:
            stage.restart(name)

    every(stage, _ON_S, fail)


def _server(name: str, what: str, why: str, inject: Do, undo: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, ("server",), what, inject, layout or Layout(), undo=undo, why=why)


def _one_of_two(name: str, what: str, why: str, number: signal.Signals) -> Fault:
    """A second node of the provider joins, and then the first one gets the signal."""
    undo = each(started("auth"), leaves("auth"))
    return Fault(name, ("server",), what, signals(number, "auth"), _FRONT, joins("auth"), undo=undo, why=why)


FAULTS = (
    _server(
        "disk-full-by-turns",
        "the disk of the site is full for seven seconds of each nine",
        "there is no room on the host, now and then; whoever looks in between finds some",
        _disk_full_by_turns,
        ended,
        Layout(disk_mib=256),
    ),
    _server(
        "power-fails-again",
        "the host of both services is without power over and over",
        "processes of both services are gone together and begin anew together",
        _power_fails,
        each(ended, started(*SERVICES)),
    ),
    _one_of_two(
        "one-node-killed",
        "of the provider's two nodes one is killed, and the front goes on leading people to it",
        "processes are gone, and the other node serves all who are led to it (sharzad 2025)",
        signal.SIGKILL,
    ),
    _one_of_two(
        "one-node-hangs",
        "of the provider's two nodes one hangs, and the front goes on leading people to it",
        "processes stand still, and the other node serves all who are led to it (sharzad 2025)",
        signal.SIGSTOP,
    ),
)
