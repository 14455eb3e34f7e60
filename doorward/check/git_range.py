"""A range of git revisions in, the two states of the files out: read from git's objects, into a scratch folder.

The working tree and the index are neither read nor written, and no filter or hook of the repository runs. `A..B` is
from A to B, `A...B` from where B left A to B, `A` alone from A to the files as they stand.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePosixPath

from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Fact, Where

_LIMIT_S = 60.0
"""Longest wait for one answer of git; measured: listing 70,000 files takes 1 s."""
_MOST_BYTES = 8_388_608
"""A larger file is no configuration and no module; it is left out of the scratch copy."""
_LINK, _FILE, _EXECUTABLE = "120000", "100644", "100755"


@dataclass(frozen=True, slots=True)
class Range:
    """`old` and `new` are commits; `old` is None before the first commit, `new` for the files as they stand."""

    root: Path
    old: str | None
    new: str | None


def parse(text: str, within: Path) -> Range:
    """The range's two ends, in the repository that holds `within`. Raises InputInvalid for what git does not know."""
    root = Path(_text(within, "rev-parse", "--show-toplevel").strip())
    if ".." not in text:
        return Range(root, _commit_if_any(root, text), None)
    before, dots, after = text.partition("..." if "..." in text else "..")
    old, new = _commit(root, before or "HEAD"), _commit(root, after or "HEAD")
    if dots == "...":
        old = _text(root, "merge-base", old, new).strip()
    return Range(root, old, new)


def _commit(root: Path, revision: str) -> str:
    found = _text(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}", missing=revision
    )
    return found.strip()


def _commit_if_any(root: Path, revision: str) -> str | None:
    """None for HEAD in a repository that has no commit yet: then everything is new."""
    if revision == "HEAD" and not _text(root, "rev-list", "--max-count=1", "--all").strip():
        return None
    return _commit(root, revision)


def changed(span: Range) -> tuple[str, ...]:
    """The files that differ between the two ends and are there in the new one, from the repository's root."""
    old = span.old or _text(span.root, "hash-object", "-t", "tree", "--stdin").strip()
    ends = [old] if span.new is None else [old, span.new]
    told = _text(span.root, "diff", "--name-only", "--diff-filter=d", "--no-ext-diff", "-z", *ends)
    return tuple(name for name in told.split("\0") if name)


def write_tree(root: Path, commit: str, folder: Path) -> None:
    """Every file of the commit below `folder`: links only where they stay inside, no submodules, nothing huge."""
    entries = list(_entries(root, commit))
    for (mode, _, name), content in zip(entries, _contents(root, [entry[1] for entry in entries]), strict=True):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode == _LINK:
            _link(path, content, folder)
        else:
            path.write_bytes(content)
            if mode == _EXECUTABLE:
                path.chmod(0o755)


def _entries(root: Path, commit: str) -> Iterator[tuple[str, str, str]]:
    """Mode, object and name of each file that is worth writing."""
    listed = _run(root, "ls-tree", "-r", "-z", "--long", "--full-tree", commit)
    for line in listed.split(b"\0"):
        head, _, name = line.partition(b"\t")
        parts = head.decode().split()
        shown = os.fsdecode(name)
        inside = bool(shown) and ".." not in PurePosixPath(shown).parts
        if len(parts) == 4 and parts[0] in (_LINK, _FILE, _EXECUTABLE) and inside and int(parts[3]) <= _MOST_BYTES:
            yield parts[0], parts[2], shown


def _contents(root: Path, objects: list[str]) -> Iterator[bytes]:
    """The bytes of each object, in order, as git keeps them."""
    told = _run(root, "cat-file", "--batch", given="".join(name + "\n" for name in objects).encode())
    at = 0
    for name in objects:
        end = told.index(b"\n", at)
        size = int(told[at:end].split()[-1])
        if not told.startswith(name.encode(), at):
            raise InputInvalid((Problem("git.object", f"git has no object {name}", str(root), "run: git fsck"),))
        yield told[end + 1 : end + 1 + size]
        at = end + size + 2


def _link(path: Path, content: bytes, folder: Path) -> None:
    target = os.fsdecode(content)
    if not os.path.isabs(target) and Path(os.path.normpath(path.parent / target)).is_relative_to(folder):
        path.symlink_to(target)


def relocated(configuration: Configuration, folder: Path) -> Configuration:
    """The configuration with paths below the scratch folder as people know them: from the repository's root."""
    prefix = str(folder) + os.sep
    facts = tuple(_moved(fact, prefix) for fact in configuration.facts)
    settings = tuple(
        Setting(one.pointer, one.shown.replace(prefix, "") if one.shown else one.shown, _place(one.where, prefix))
        for one in configuration.settings
    )
    error = configuration.start_error
    if error is not None:
        error = replace(error, message=error.message.replace(prefix, ""), where=_place(error.where, prefix))
    target = configuration.target.replace(prefix, "")
    return replace(configuration, target=target, facts=facts, settings=settings, start_error=error)


def _moved(fact: Fact, prefix: str) -> Fact:
    changes: dict[str, object] = {}
    for field in fields(fact):
        value = getattr(fact, field.name)
        if isinstance(value, Where):
            changes[field.name] = _place(value, prefix)
        elif isinstance(value, str) and prefix in value:
            changes[field.name] = value.replace(prefix, "")
        elif isinstance(value, tuple) and any(isinstance(item, str) and prefix in item for item in value):
            changes[field.name] = tuple(item.replace(prefix, "") if isinstance(item, str) else item for item in value)
    return replace(fact, **changes)  # type: ignore[arg-type]


def _place(where: Where, prefix: str) -> Where:
    return replace(where, path=where.path.removeprefix(prefix))


def _text(root: Path, *arguments: str, missing: str = "") -> str:
    return os.fsdecode(_run(root, *arguments, missing=missing))


def _run(root: Path, *arguments: str, given: bytes = b"", missing: str = "") -> bytes:
    """git's answer. Raises InputInvalid when there is no git, no repository, or no such revision."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "--no-optional-locks", *arguments],
            input=given,
            capture_output=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputInvalid((Problem("git.unusable", "git cannot be run here", str(root), "install git"),)) from error
    if done.returncode == 0:
        return done.stdout
    if missing:
        what, fix = f"git knows no revision {missing}", "fetch it (in CI: fetch the whole history), or name another"
        raise InputInvalid((Problem("git.revision", what, "--git", fix),))
    said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git said no"]
    raise InputInvalid((Problem("git.refused", said[0], str(root), "run it in a git repository"),))
