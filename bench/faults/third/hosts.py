"""The third set: hosts and processes that fail in ways that no earlier set has."""

from __future__ import annotations

import itertools
import os
import resource
import signal

from bench.faults.children import send, tree
from bench.faults.fault import Do, Fault
from bench.faults.mend import beside, every, started
from bench.faults.second.hosts import ended
from bench.faults.stage import SERVICES, Stage

_BOOT_S = 12.0
_TURN_S = 2.0
_LEAST, _MOST, _STEP = 0.5, 0.97, 0.07
_SPARE_FILES = 2


def _back_without_portal(stage: Stage) -> None:
    """The host is restarted in order, and only one of its two services is set to come up with it."""
    for name in SERVICES:
        os.kill(stage.master(name), signal.SIGTERM)

    def boot() -> None:
        if not stage.over.wait(_BOOT_S):
            stage.restart("auth")

    beside(stage, boot)


def _supervisor_hangs(stage: Stage) -> None:
    """The master stands still, and whatever took its workers, it starts no others: the port is open, nobody answers."""
    workers = stage.workers("auth")
    os.kill(stage.master("auth"), signal.SIGSTOP)
    for pid in workers:
        os.kill(pid, signal.SIGKILL)


def thrashes(stage: Stage) -> None:
    """The host begins to swap: of each two seconds both services stand still for one, and soon for nearly all."""
    shares = itertools.chain((_LEAST + _STEP * turn for turn in range(7)), itertools.repeat(_MOST))

    def swap() -> None:
        frozen_s = _TURN_S * min(_MOST, next(shares))
        for number, lasts_s in ((signal.SIGSTOP, frozen_s), (signal.SIGCONT, 0.0)):
            for name in SERVICES:
                send(stage.services[name].pid, number)
            stage.over.wait(lasts_s)
        stage.over.wait(_TURN_S - frozen_s)

    every(stage, 0.0, swap)


def _files_scarce(stage: Stage) -> None:
    """A process of the portal may open hardly more than it has open: with few people it does, with several not."""
    for process in tree(stage.master("portal")):
        most = process.num_fds() + _SPARE_FILES
        process.rlimit(resource.RLIMIT_NOFILE, (most, most))


def _server(name: str, what: str, why: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("server",), what, inject, undo=undo, why=why)


FAULTS = (
    _server(
        "host-back-without-portal",
        "after a restart of the host the provider is up, the portal not",
        "a process is not there, with its code and settings as they were",
        _back_without_portal,
        started(*SERVICES),
    ),
    _server(
        "supervisor-hangs",
        "the provider's workers are gone, and their master hangs",
        "processes died and hang; the port is still open, but it is the process behind it that is missing",
        _supervisor_hangs,
        started("auth"),
    ),
    _server(
        "host-thrashes",
        "both services get less and less of their host",
        "as many people as ever, and processes that hardly run: the host",
        thrashes,
        ended,
    ),
    _server(
        "portal-files-scarce",
        "the portal may open two files or connections more",
        "a limit of the operating system on a process, which nobody's settings name",
        _files_scarce,
        started("portal"),
    ),
)
