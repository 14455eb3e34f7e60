"""Put a configuration back and have the component take it: atomic file replacement, then a signal or a command."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from doorward.errors import ActionRefused, SystemUnreachable


def put_back(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write these files (names relative to `directory`), each in one step, with the owner and rights of the present
    ones; where a name is a link, the file behind it. Raises ActionRefused if one cannot be written so."""
    for name, content in files.items():
        path = (directory / name).resolve()
        fresh = path.with_name(f".{path.name}.doorward")
        try:
            _write(fresh, content, like=path)
            os.replace(fresh, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise ActionRefused(
                f"{name} cannot be written: {error.strerror}",
                where=name,
                fix="check its rights, or put it back by hand",
            ) from error


def _write(fresh: Path, content: bytes, like: Path) -> None:
    """A file that its reader can read as before: the service may run as another account than Doorward."""
    known = like.stat() if like.exists() else None
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        if known is not None:
            if (known.st_uid, known.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), known.st_uid, known.st_gid)
            os.fchmod(file.fileno(), known.st_mode & 0o777)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_pid(pid_file: Path) -> int:
    """The process id in the file. Raises SystemUnreachable if there is none or the process is gone."""
    try:
        pid = int(pid_file.read_text().strip())
        # 0, 1 and negative numbers would signal a group, everything, or the machine's first process.
        if pid <= 1:
            raise ValueError(pid)
        os.kill(pid, 0)
    except (OSError, ValueError, OverflowError) as error:
        raise SystemUnreachable(
            f"no running process: {type(error).__name__}", where=str(pid_file), fix="start the component"
        ) from error
    return pid


def send_signal(pid_file: Path, name: str) -> str:
    """Signal the component; returns what was done in words. Raises SystemUnreachable."""
    pid = read_pid(pid_file)
    try:
        os.kill(pid, getattr(signal, f"SIG{name}"))
    except OSError as error:
        what = f"process {pid} does not take a signal: {error.strerror}"
        raise SystemUnreachable(what, where=str(pid_file), fix="start the component") from error
    return f"sent {name} to process {pid}"


def run_command(command: Sequence[str], directory: Path, limit_s: float) -> str:
    """Run the component's own restart command, without a shell. Raises ActionRefused if it fails or takes too long."""
    try:
        done = subprocess.run(command, cwd=directory, timeout=limit_s, capture_output=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ActionRefused(f"{command[0]} did not run to its end: {type(error).__name__}") from error
    if done.returncode:
        raise ActionRefused(f"{command[0]} ended with exit status {done.returncode}")
    return f"ran {command[0]}"
