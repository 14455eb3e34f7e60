"""Put a configuration back and have the component take it: atomic file replacement, then a signal or a command."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from doorward.errors import ActionRefused, SystemUnreachable


def put_back(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write these files (names relative to `directory`), each in one step, with the rights the present ones have."""
    for name, content in files.items():
        path = directory / name
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        fresh = path.with_name(f".{path.name}.doorward")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)


def read_pid(pid_file: Path) -> int:
    """The process id in the file. Raises SystemUnreachable if there is none or the process is gone."""
    try:
        pid = int(pid_file.read_text().strip())
        os.kill(pid, 0)
    except (OSError, ValueError) as error:
        raise SystemUnreachable(
            f"no running process: {type(error).__name__}", where=str(pid_file), fix="start the component"
        ) from error
    return pid


def send_signal(pid_file: Path, name: str) -> str:
    """Signal the component; returns what was done in words."""
    pid = read_pid(pid_file)
    os.kill(pid, getattr(signal, f"SIG{name}"))
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
