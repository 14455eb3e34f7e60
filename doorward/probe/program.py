"""Runs a client program as a child: its files in a private directory, its complaints out; bounded in time and bytes.

The child's environment is what the word says and a PATH, nothing of ours: no agent, no proxy, no language.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import time
from pathlib import Path

from doorward.probe.line import Heard, Run

_PATH = "/usr/bin:/bin:/usr/local/bin"
_CHUNK = 4096


class NoProgram(Exception):
    """The program is not installed."""


def run_program(word: Run, longest_s: float, most_bytes: int) -> Heard:
    """What the program said, and its status. Raises TimeoutError after `longest_s`, NoProgram."""
    with tempfile.TemporaryDirectory(prefix="doorward-") as place:
        for name, content, mode in word.files:
            with open(os.open(Path(place, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
                file.write(content)
        argv = [part.replace("{dir}", place) for part in word.argv]
        env = {name: value.replace("{dir}", place) for name, value in word.env}
        return _run(argv, {"PATH": _PATH, "LC_ALL": "C", **env}, longest_s, most_bytes)


def _run(argv: list[str], env: dict[str, str], longest_s: float, most_bytes: int) -> Heard:
    until = time.monotonic() + longest_s
    try:
        child = subprocess.Popen(
            argv,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise NoProgram(argv[0]) from error
    with child:
        try:
            said = _read(child, until, most_bytes)
            return Heard(said, child.wait(timeout=max(0.0, until - time.monotonic())))
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        finally:
            # One that says more than anybody reads, or never ends, is ended.
            child.kill()


def _read(child: subprocess.Popen[bytes], until: float, most_bytes: int) -> bytes:
    said = b""
    assert child.stdout is not None
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        while len(said) < most_bytes:
            if not ready.select(timeout=max(0.0, until - time.monotonic())):
                raise TimeoutError
            more = os.read(child.stdout.fileno(), _CHUNK)
            if not more:
                return said
            said += more
    return said
