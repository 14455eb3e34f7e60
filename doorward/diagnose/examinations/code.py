"""Code: when the newest file of the deployed code changed, and which revision git names. Nothing is run."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from doorward.diagnose.examined import CodeExamined, Examination, NotExamined
from doorward.diagnose.examinee import Examinee

# Beyond these the walk ends: the newest of what was seen counts.
MOST_FILES = 20_000
WALK_S = 1.5
_PASSED_OVER = frozenset({".git", "__pycache__", "node_modules", ".venv", ".mypy_cache", ".ruff_cache"})
# What running code writes beside itself is no deploy.
_WRITTEN = (".pyc", ".log", ".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".pid", ".jsonl")
_REVISION = re.compile(r"[0-9a-f]{40}")


def examine_code(examinee: Examinee) -> CodeExamined | NotExamined:
    """Walk the directories; a single file (a deploy marker, a lock file) counts by itself."""
    if not examinee.code:
        return NotExamined(Examination.CODE, examinee.component, "no code is configured", applies=False)
    newest: tuple[float, str] | None = None
    count, until = 0, time.monotonic() + WALK_S
    for path in _files(examinee.code):
        try:
            changed = path.stat().st_mtime
        except OSError:
            continue
        count += 1
        newest = max(newest or (changed, path.name), (changed, path.name))
        if count >= MOST_FILES or time.monotonic() > until:
            break
    if newest is None:
        return NotExamined(Examination.CODE, examinee.component, "no file of its code is found")
    at = datetime.fromtimestamp(newest[0], UTC)
    return CodeExamined(examinee.component, at, newest[1], count, _revision(examinee.code[0]))


def _files(places: tuple[Path, ...]) -> Iterator[Path]:
    for place in places:
        if place.is_file():
            yield place
            continue
        for directory, below, names in os.walk(place):
            below[:] = sorted(name for name in below if name not in _PASSED_OVER)
            yield from (Path(directory, name) for name in names if not name.endswith(_WRITTEN))


def _revision(place: Path) -> str:
    """The commit that HEAD names, shortened, '' where there is none; read from the files of the repository."""
    head = _text(place / ".git" / "HEAD")
    if head.startswith("ref: "):
        name = head.removeprefix("ref: ")
        if ".." in name or not name.startswith("refs/"):
            return ""
        head = _text(place / ".git" / name)
    return head[:12] if _REVISION.fullmatch(head) else ""


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(256).decode("ascii", "replace").strip()
    except OSError:
        return ""
