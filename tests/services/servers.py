"""Real servers on loopback for tests, made of the jars that `make services` lays in `.services`.

Each is one process with little memory, in a folder of its own, and ends with the test. Skipped with a reason where
there are no jars or no Java.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / ".services"
# A JVM starts in seconds on two busy cores, not in minutes.
_STARTED_WITHIN_S = 120


def jars(name: str) -> Path:
    """The folder with a service's jars."""
    folder = SERVICES / name
    if not (folder / ".ready").exists():
        pytest.skip(f"{name}: `make services` was not run")
    if shutil.which("java") is None:
        pytest.skip(f"{name}: there is no Java")
    return folder


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def java(*arguments: str) -> list[str]:
    """A small JVM that starts quickly, and does not take the processor from the tests."""
    quick = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
    return ["nice", "-n", "5", "java", *quick, *arguments]


def as_nobody() -> list[str]:
    """For servers that refuse to run as root."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


@contextmanager
def home(name: str) -> Iterator[Path]:
    """A folder that the server may write to, whoever it runs as."""
    made = Path(tempfile.mkdtemp(prefix=f"doorward-{name}-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def owned_by_nobody(folder: Path) -> None:
    """Give the folder to whom `as_nobody` runs as."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)


@contextmanager
def running(command: list[str], log: Path, answers: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, once it answers."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + _STARTED_WITHIN_S
        while not answers():
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()
