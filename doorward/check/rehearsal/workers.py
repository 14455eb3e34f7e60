"""Processes of the rehearsal: a script and a request in, its answer out; each ends with the block that started it.

A worker is a session of its own, so that ending it ends whatever it started; it also ends by itself when this process
does, for its standard input ends then. What it prints is thrown away: it may hold secrets.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from doorward.errors import InputInvalid, Problem

START_LIMIT_S = 30.0
"""A large project loads in 3 s and migrates in 10; a start that takes longer is a failure of its own."""


class Answer(msgspec.Struct, frozen=True):
    """What a child says; `failure` is the class of what went wrong."""

    failure: str = ""
    port: int = 0
    hosts: tuple[str, ...] = ()
    https: bool = False
    proxy_header: tuple[str, ...] = ()
    forwarded_host: bool = False
    redirects: bool = False
    origins: tuple[str, ...] = ()
    account: str = ""
    session_cookie: str = ""
    providers: tuple[str, ...] = ()
    sign_algorithm: str = ""
    admin: str = ""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """How a child is started."""

    python: str
    script: Path
    folder: Path
    env: Mapping[str, str]


@contextlib.contextmanager
def running(interpreter: Interpreter, request: Mapping[str, object]) -> Iterator[subprocess.Popen[bytes]]:
    """A child that has its request; ended, with all that it started, when the block ends. Raises InputInvalid."""
    try:
        child = subprocess.Popen(
            [interpreter.python, str(interpreter.script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=interpreter.folder,
            env=dict(interpreter.env),
            start_new_session=True,
        )
    except OSError as error:
        what = f"{interpreter.python} cannot be run: {error.strerror}"
        problem = Problem("python.missing", what, "--python", "name the project's interpreter")
        raise InputInvalid((problem,)) from error
    try:
        _tell(child, request)
        yield child
    finally:
        _end(child)


def answer(child: subprocess.Popen[bytes], limit_s: float = START_LIMIT_S) -> Answer:
    """The child's one line; a child that ends or is late without one has failed."""
    if child.stdout is None:
        return Answer(failure="ProcessEnded")
    deadline = time.monotonic() + limit_s
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return Answer(failure="TimeLimit")
            part = os.read(child.stdout.fileno(), 65536)
            if not part:
                return Answer(failure="ProcessEnded")
            line += part
    return msgspec.json.decode(line, type=Answer)


def _tell(child: subprocess.Popen[bytes], request: Mapping[str, object]) -> None:
    if child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(msgspec.json.encode(request) + b"\n")
            child.stdin.flush()


def _end(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    child.wait()
