"""The second set: hosts and processes that fail in ways that neither earlier set has."""

from __future__ import annotations

import os
import signal
import sys

from bench.faults.children import send
from bench.faults.fault import Do, Fault
from bench.faults.mend import each, every, started, stopped, up
from bench.faults.stage import SERVICES, Stage

_PATIENCE_S = 6.0
_FROZEN_S, _AWAKE_S = 11.0, 3.0
_CRASH_S = 1.0


def ended(stage: Stage) -> None:
    """What repeats is at its end, and has let go of what it worked on."""
    stage.over.set()
    for loop in stage.loops:
        loop.join(40)


def stops(service: str) -> Do:
    """Somebody stops the service in order, and means another one."""

    def inject(stage: Stage) -> None:
        os.kill(stage.master(service), signal.SIGTERM)

    return inject


def _watchdog(stage: Stage) -> None:
    """A watchdog whose check is wrong takes the provider for dead, and restarts it in order again and again."""
    every(stage, _PATIENCE_S, lambda: stage.restart("auth"))


def _watchdog_off(stage: Stage) -> None:
    ended(stage)
    up(stage, "auth")


def _freezes(stage: Stage) -> None:
    """The virtual machine stands still for eleven seconds at a time, as while it is moved between hosts."""

    def freeze() -> None:
        for number, lasts_s in ((signal.SIGSTOP, _FROZEN_S), (signal.SIGCONT, 0.0)):
            for name in SERVICES:
                send(stage.services[name].pid, number)
            stage.over.wait(lasts_s)

    every(stage, _AWAKE_S, freeze)


def _port_taken(stage: Stage) -> None:
    """The portal went down, and a server that somebody left behind has its port before it is back."""
    empty = stage.directory / "empty"
    empty.mkdir()
    os.kill(stage.master("portal"), signal.SIGTERM)
    stage.services["portal"].wait(30)
    command = [sys.executable, "-m", "http.server", str(stage.ports["portal"])]
    command += ["--bind", "127.0.0.1", "--directory", str(empty)]
    stage.begun.append(stage.start("stray", command, stage.directory))


def _workers_crash(stage: Stage) -> None:
    """A library that the host's update replaced crashes: each second it takes a worker of the portal along."""

    def crash() -> None:
        workers = stage.workers("portal")
        if workers:
            send(workers[0], signal.SIGSEGV)

    every(stage, _CRASH_S, crash)


def _server(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("server",), what, inject, undo=undo)


FAULTS = (
    _server("wrong-unit-stopped", "somebody stopped the provider, in order", stops("auth"), started("auth")),
    _server("watchdog-restarts", "the provider is restarted every few seconds", _watchdog, _watchdog_off),
    _server("host-freezes", "both services stand still for eleven seconds at a time", _freezes, ended),
    _server("port-taken", "another server sits at the portal's port", _port_taken, each(stopped, started("portal"))),
    _server("portal-workers-crash", "a worker of the portal crashes each second", _workers_crash, ended),
)
