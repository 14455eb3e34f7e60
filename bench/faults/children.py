"""The processes of one run: started in groups of their own, ended by their ids, also when they were paused."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

Child = subprocess.Popen[bytes]


@dataclass(slots=True)
class Children:
    """What was started, in order; output goes to `NAME.out` below `directory`."""

    directory: Path
    running: list[Child] = field(default_factory=list)

    def start(
        self,
        name: str,
        command: Sequence[str],
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> Child:
        """Start it; `env` is added to ours."""
        with (self.directory / f"{name}.out").open("ab") as out:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                user=user,
            )
        self.running.append(child)
        return child

    def end(self, child: Child, limit_s: float = 5) -> None:
        """A request first, then by force; whatever else is in its group goes with it."""
        group = child.pid
        if child.poll() is None:
            _tell(group, signal.SIGCONT)
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(limit_s)
        _tell(group, signal.SIGCONT)
        _tell(group, signal.SIGKILL)
        child.wait()

    def close(self) -> None:
        """End everything, last first."""
        while self.running:
            self.end(self.running.pop())


def tree(pid: int) -> list[psutil.Process]:
    """The process and all below it; empty when it is gone."""
    try:
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def send(pid: int, number: signal.Signals) -> None:
    """The signal to the process and all below it."""
    for process in tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _tell(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
