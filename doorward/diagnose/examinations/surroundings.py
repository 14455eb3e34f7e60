"""Surroundings: what a process was given by who started it: its environment, and how much it may use of the host.

Nothing of the environment's values leaves this module: a value is known again by a digest keyed anew in every process,
together with the content of a certificate or key that it names.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil

from doorward.diagnose.examinations.groups import group_bounds
from doorward.diagnose.examinations.process import pid_of
from doorward.diagnose.examined import Examination, NotExamined
from doorward.diagnose.examined_process import Bound, SurroundingsExamined
from doorward.diagnose.examinee import Examinee

# What differs from one start to the next by itself, or by who starts it from which terminal.
OF_EACH_START = frozenset(
    {
        *(
            "_",
            "COLUMNS",
            "DISPLAY",
            "HISTFILE",
            "INVOCATION_ID",
            "JOURNAL_STREAM",
            "LINES",
            "LISTEN_FDS",
            "LISTEN_PID",
        ),
        *("LOGNAME", "LS_COLORS", "MAIL", "MAINPID", "MANAGERPID", "NOTIFY_SOCKET", "OLDPWD", "PS1", "PWD", "SHLVL"),
        *("STY", "TERM", "TMUX", "USER", "WATCHDOG_PID", "WINDOWID", "HOSTNAME", "SUPERVISOR_PROCESS_NAME"),
    }
)
OF_A_TERMINAL = ("DBUS_", "SSH_", "SUDO_", "SYSTEMD_", "TERM_", "TMUX_", "XDG_")
# Files that a process believes by: what is in them counts. Others, such as a log, change all the time.
OF_TRUST = (".cer", ".crt", ".der", ".jks", ".key", ".p12", ".pem", ".pfx")
MOST_VARIABLES = 500
MOST_BYTES = 1 << 20
_DIGEST_KEY = secrets.token_bytes(32)
# What a process may use at the most, by the names of getrlimit(2); files are looked at in `process`.
_LIMITS = {
    "seconds of processor": "RLIMIT_CPU",
    "bytes of memory": "RLIMIT_AS",
    "bytes of data": "RLIMIT_DATA",
    "processes": "RLIMIT_NPROC",
    "open files": "RLIMIT_NOFILE",
    "bytes in a file": "RLIMIT_FSIZE",
}
_USUAL_NICE = 20


def examine_surroundings(examinee: Examinee) -> SurroundingsExamined | NotExamined:
    """The head process's environment and limits, and those of the group that it runs in."""
    pid = pid_of(examinee)
    if pid is None:
        because = "no process of ours is known"
        return NotExamined(Examination.SURROUNDINGS, examinee.component, because, applies=False)
    try:
        process = psutil.Process(pid)
        began_at = datetime.fromtimestamp(process.create_time(), UTC)
        bounds = tuple(sorted((*_limits(process), *_of_its_group(process)), key=lambda bound: bound.name))
        environment = _environment(process)
    except (psutil.Error, OSError) as error:
        because = f"this account may not look at it ({type(error).__name__})"
        return NotExamined(Examination.SURROUNDINGS, examinee.component, because, applies=False)
    return SurroundingsExamined(examinee.component, pid, began_at, environment, bounds)


def _environment(process: psutil.Process) -> tuple[tuple[str, str], ...]:
    told = (
        (name, value)
        for name, value in sorted(process.environ().items())
        if name not in OF_EACH_START and not name.startswith(OF_A_TERMINAL)
    )
    return tuple((name, _digest(value)) for name, value in list(told)[:MOST_VARIABLES])


def _digest(value: str) -> str:
    content = value.encode("utf-8", "surrogateescape")
    path = Path(value)
    with contextlib.suppress(OSError, ValueError):
        if path.suffix in OF_TRUST and path.is_file() and path.stat().st_size <= MOST_BYTES:
            content += b"\0" + path.read_bytes()
    return hashlib.blake2b(content, key=_DIGEST_KEY, digest_size=8).hexdigest()


def _limits(process: psutil.Process) -> Iterator[Bound]:
    """What each of its workers is held to, or itself without any: a helper that limits itself says nothing."""
    workers = process.children() or [process]
    for name, limit in _LIMITS.items():
        found = [_limit(member, limit) for member in workers]
        yield Bound(name, None if None in found else max(most for most in found if most is not None))
    yield Bound("priority", float(max(_USUAL_NICE - _nice(member) for member in workers)))
    yield Bound("processors", float(max(_processors(member) for member in workers)))


def _limit(process: psutil.Process, name: str) -> float | None:
    """None where there is no limit, or none is told."""
    number = getattr(psutil, name, None)
    if number is None:
        return None
    with contextlib.suppress(psutil.Error):
        soft = process.rlimit(number)[0]
        return None if soft == psutil.RLIM_INFINITY or soft < 0 else float(soft)
    return None


def _nice(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.nice())
    return 0


def _processors(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error, AttributeError):
        return len(process.cpu_affinity())
    return os.cpu_count() or 1


def _of_its_group(process: psutil.Process) -> Iterator[Bound]:
    """Of the group that a worker runs in, or itself without any; nothing where the kernel has no groups."""
    worker = next(iter(process.children()), process)
    with contextlib.suppress(OSError):
        yield from group_bounds(Path(f"/proc/{worker.pid}/cgroup").read_text())
