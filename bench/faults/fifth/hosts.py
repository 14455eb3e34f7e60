"""The fifth set: hosts and processes that fail in ways that no earlier set has."""

from __future__ import annotations

import os
import signal
import subprocess

from bench.faults.children import send
from bench.faults.fault import Do, Fault, Layout
from bench.faults.mend import each, every, started
from bench.faults.second.hosts import ended
from bench.faults.stage import SERVICES, Stage

_MIB = 256
_SPARE_KIB = 64
_HANGS_S = 5.0
_PAUSED_S, _GOES_ON_S = 9.0, 1.5


def _resized(stage: Stage, kib: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={kib}k", str(stage.site)], check=True)


def _quota_cut(stage: Stage) -> None:
    """What grants room on disks took the site's need for nothing, and cut its quota to what lies there."""
    room = os.statvfs(stage.site)
    _resized(stage, (room.f_blocks - room.f_bfree) * room.f_frsize // 1024 + _SPARE_KIB)


def _quota_back(stage: Stage) -> None:
    _resized(stage, _MIB * 1024)
    started(*SERVICES)(stage)


def workers_hang(stage: Stage) -> None:
    """The provider's workers hang, in a read from a mount that does not answer; their master replaces each after half a
    minute, and the next ones hang as well."""

    def hang() -> None:
        for pid in stage.workers("auth"):
            send(pid, signal.SIGSTOP)

    every(stage, _HANGS_S, hang)


def _backup_pauses(stage: Stage) -> None:
    """A backup stops the portal for nine seconds at a time, so that nothing changes while it copies."""

    def copy() -> None:
        send(stage.services["portal"].pid, signal.SIGSTOP)
        stage.over.wait(_PAUSED_S)
        send(stage.services["portal"].pid, signal.SIGCONT)

    every(stage, _GOES_ON_S, copy)


def _server(name: str, what: str, why: str, inject: Do, undo: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, ("server",), what, inject, layout or Layout(), undo=undo, why=why)


WORKERS_WELL = each(ended, started("auth"))
FAULTS = (
    _server(
        "disk-quota-cut",
        "the quota of the site's disk was cut to what lies on it: nothing can be written",
        "nobody filled it; the host gives no more room (Google 2020-12)",
        _quota_cut,
        _quota_back,
        Layout(disk_mib=_MIB),
    ),
    _server(
        "workers-hang",
        "the provider's workers hang, and so do those that replace them",
        "processes stand still, under a master that lives; code, settings and data are as before",
        workers_hang,
        WORKERS_WELL,
    ),
    _server(
        "backup-pauses-portal",
        "a backup on the host stops the portal's processes most of the time",
        "the processes stand still and go on, whoever asks; code, settings and data are as before",
        _backup_pauses,
        ended,
    ),
)
