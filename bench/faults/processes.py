"""Server faults: processes that are killed, paused or starved, and hosts without room."""

from __future__ import annotations

import errno
import os
import resource
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

import psutil

from bench.faults.children import send, tree
from bench.faults.fault import Do, Fault, Layout
from bench.faults.stage import SERVICES, Stage

_OPENED_A_WORKER = 4


def signals(number: signal.Signals, *services: str) -> Do:
    """An injection that sends the signal to all processes of these services."""

    def inject(stage: Stage) -> None:
        for name in services:
            send(stage.master(name), number)

    return inject


def again(every_s: float, do: Callable[[], None]) -> None:
    """Do it over and over; the thread ends with the run's process."""

    def loop() -> None:
        # It ends with the stage: then there is no process, no file and no store any more.
        with suppress(OSError):
            while True:
                do()
                threading.Event().wait(every_s)

    threading.Thread(target=loop, daemon=True).start()


def _workers_die(stage: Stage) -> None:
    """As where the kernel ends whoever takes memory."""

    def kill() -> None:
        for pid in stage.workers("auth"):
            send(pid, signal.SIGKILL)

    again(1.0, kill)


def _starve(stage: Stage) -> None:
    """It runs for a twentieth of the time, as beside a neighbour that takes the host."""
    head = stage.master("auth")

    def gasp() -> None:
        send(head, signal.SIGCONT)
        threading.Event().wait(0.05)
        send(head, signal.SIGSTOP)

    again(0.95, gasp)


def fill_disk(stage: Stage) -> None:
    """A backup that nobody watched."""
    with (stage.site / "backup.tar").open("wb") as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    os.write(file.fileno(), b"x" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def _limit(kind: int, room: Callable[[psutil.Process], int]) -> Do:
    def inject(stage: Stage) -> None:
        for process in tree(stage.master("auth")):
            most = room(process)
            process.rlimit(kind, (most, most))

    return inject


def _log_size(stage: Stage) -> None:
    """No file may grow beyond what the log has already."""
    most = (stage.site / "logs/auth.jsonl").stat().st_size
    for process in tree(stage.master("auth")):
        process.rlimit(resource.RLIMIT_FSIZE, (most, most))


_FULL = Layout(disk_mib=256)
_FILES = _limit(resource.RLIMIT_NOFILE, lambda process: max(8, process.num_fds()))
_MEMORY = _limit(resource.RLIMIT_AS, lambda process: process.memory_info().vms + (1 << 20))


def _server(name: str, what: str, inject: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, ("server",), what, inject, layout or Layout())


FAULTS = (
    _server("auth-killed", "the provider's processes are killed", signals(signal.SIGKILL, "auth")),
    _server("portal-killed", "the portal's processes are killed", signals(signal.SIGKILL, "portal")),
    _server("both-killed", "the host's processes are killed", signals(signal.SIGKILL, *SERVICES)),
    _server("auth-paused", "the provider's processes hang", signals(signal.SIGSTOP, "auth")),
    _server("portal-paused", "the portal's processes hang", signals(signal.SIGSTOP, "portal")),
    _server("workers-die", "workers are killed again and again", _workers_die),
    _server("auth-starved", "the provider gets a twentieth of the time", _starve),
    _server("disk-full", "the disk of the site is full", fill_disk, _FULL),
    _server("open-files-used-up", "no further file or connection may be opened", _FILES),
    _server("memory-limited", "no further memory is given", _MEMORY),
    _server("log-size-limited", "files may not grow: events cannot be written", _log_size),
)
