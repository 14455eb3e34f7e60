"""A project's folder in, a copy of it in a temporary place out; the folder itself is only read.

And, at the end, what the children of the rehearsal would have written elsewhere.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from doorward.check.rehearsal.child_limits import REFUSED
from doorward.errors import InputInvalid, Problem

# What no start needs, and what is large.
_LEFT_OUT = frozenset(
    (".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", "venv", ".tox", ".mypy_cache", ".pytest_cache")
)
MOST_BYTES = 2 * 1024**3
"""A copy takes some 10 s per 2 GiB; a rehearsal is meant to take 20 s in all."""


def copy(project: Path, to: Path) -> None:
    """Copy the folder. A link that leads out of it is replaced by what it leads to, so that nothing writes through it.

    Raises InputInvalid when the folder is missing, cannot be read, or is too large.
    """
    root = project.resolve()
    if not root.is_dir():
        problem = Problem(
            "project.missing", f"{project} is not a folder", "--project", "name the project's root folder"
        )
        raise InputInvalid((problem,))
    _refuse_too_large(root)
    try:
        shutil.copytree(root, to, symlinks=True, ignore=_left_out)
        for link in [path for path in _walked(to) if path.is_symlink()]:
            _replace(link, root, to)
    except OSError as error:
        raise InputInvalid((Problem("project.unreadable", "cannot be copied whole", str(project)),)) from error


def refused_writes(folder: Path) -> tuple[str, ...]:
    """What the children noted that they were kept from writing, each once."""
    noted = folder / REFUSED
    if not noted.is_file():
        return ()
    return tuple(dict.fromkeys(noted.read_text(encoding="utf-8", errors="replace").splitlines()))


def _left_out(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _LEFT_OUT or name.endswith((".sock", ".pid"))}


def _walked(folder: Path) -> Iterable[Path]:
    for place, folders, files in os.walk(folder):
        yield from (Path(place, name) for name in (*folders, *files))


def _refuse_too_large(root: Path) -> None:
    total = 0
    for place, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _LEFT_OUT]
        total += sum(Path(place, name).lstat().st_size for name in files)
    if total > MOST_BYTES:
        what = f"the folder holds {total / 1024**3:.1f} GiB, more than a rehearsal copies"
        fix = "name the folder of the code alone, and keep uploads elsewhere"
        raise InputInvalid((Problem("project.large", what, "--project", fix),))


def _replace(link: Path, root: Path, to: Path) -> None:
    """A link within the project leads to the same place of the copy; any other becomes a copy of what is there."""
    original = root / link.relative_to(to)
    target = original.resolve()
    link.unlink()
    if target.is_relative_to(root):
        link.symlink_to(to / target.relative_to(root))
    elif target.is_dir():
        shutil.copytree(target, link, ignore=_left_out, ignore_dangling_symlinks=True)
    elif target.is_file():
        shutil.copy2(target, link)
