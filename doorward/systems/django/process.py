"""A request to the project's own interpreter, in; its answer, or how it ended without one, out. Bounded in time.

The child is a session of its own, so that ending it ends whatever it started. What it prints is thrown away: it may
hold secrets.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import msgspec

from doorward.errors import InputInvalid, Problem

LIMIT_S = 20.0
"""Settings that take longer would hold up every restart too; measured: a large project loads in 3 s."""

_TRACED = 0.25
"""The share of the time after which the child writes down where it is, again and again: the last time counts."""
_MOST_TRACE = 262_144
_FRAME = re.compile(r'^  File "(.+)", line (\d+) in ', re.MULTILINE)

DIGEST_KEY_FILE = "DOORWARD_DIGEST_KEY_FILE"
"""Names a file whose content keys the digests of secrets, so that they can be compared between runs."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The child gave no answer: `kind` is `TimeLimit` or `ProcessEnded`.

    `stood_at` are the places in code that it was in when its time was over, the innermost first: file and line.
    """

    kind: str
    message: str
    stood_at: tuple[tuple[str, int], ...] = ()


@cache
def digest_key() -> bytes:
    """The key for digests: from the file that DOORWARD_DIGEST_KEY_FILE names, else drawn once for this process.

    With a drawn key, digests can be compared within one run only, which is enough for old against new.
    """
    name = os.environ.get(DIGEST_KEY_FILE)
    if not name:
        return secrets.token_bytes(32)
    try:
        content = Path(name).read_bytes().strip()
    except OSError as error:
        problem = Problem("digest-key.unreadable", f"cannot be read: {error.strerror}", DIGEST_KEY_FILE, "name a file")
        raise InputInvalid((problem,)) from error
    if len(content) < 16:
        raise InputInvalid(
            (Problem("digest-key.short", "holds fewer than 16 bytes", DIGEST_KEY_FILE, "put 32 random bytes in it"),)
        )
    return content


def ask(
    script: Path, request: Mapping[str, object], *, python: str, project: Path, env: Mapping[str, str], limit_s: float
) -> bytes | Ended:
    """The child's answer as JSON. Raises InputInvalid when the interpreter or the project cannot be used at all."""
    with tempfile.TemporaryFile() as trace:
        whole = {"key": digest_key().hex(), "project": str(project.resolve()), **request}
        whole |= {"trace": trace.fileno(), "trace_after_s": limit_s * _TRACED}
        child = _started(script, python, project, env, trace.fileno())
        with child:
            try:
                answer, _ = child.communicate(msgspec.json.encode(whole), timeout=limit_s)
            except subprocess.TimeoutExpired:
                return Ended("TimeLimit", f"did not load within {limit_s:g} s", _places(trace))
            finally:
                _end(child)
    if not answer:
        return Ended("ProcessEnded", f"the interpreter ended with {child.returncode} before it had loaded")
    return answer


def _started(script: Path, python: str, project: Path, env: Mapping[str, str], trace: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [python, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=project,
            env={**os.environ, **env},
            start_new_session=True,
            pass_fds=(trace,),
        )
    except OSError as error:
        raise InputInvalid((_unusable(python, project, error),)) from error


def _places(trace: IO[bytes]) -> tuple[tuple[str, int], ...]:
    """What `faulthandler` wrote of the main thread, which it writes last; () if the child did not get so far."""
    trace.seek(0)
    threads = trace.read(_MOST_TRACE).decode("utf-8", "replace").split("most recent call first")
    return tuple((file, int(line)) for file, line in _FRAME.findall(threads[-1]))


def _end(child: subprocess.Popen[bytes]) -> None:
    """The whole session of the child, so that nothing it started lives on."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _unusable(python: str, project: Path, error: OSError) -> Problem:
    if not project.is_dir():
        return Problem("project.missing", f"{project} is not a folder", "--project", "name the project's root folder")
    return Problem(
        "python.missing", f"{python} cannot be run: {error.strerror}", "--python", "name the project's interpreter"
    )
