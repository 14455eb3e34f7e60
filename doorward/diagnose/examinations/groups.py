"""Groups: what the kernel grants the control group that a process runs in (Linux, both versions of cgroups).

Source: cgroups(7); Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst of the kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from doorward.diagnose.examined_process import Bound

ROOT = Path("/sys/fs/cgroup")
# What version 1 says where there is no bound: the largest number of whole pages.
_NO_BOUND = 2**62
_UNIFIED = ""


def group_bounds(told: str, root: Path = ROOT) -> Iterator[Bound]:
    """The bounds of a process's group; `told` is its `/proc/PID/cgroup`. Where version 2 is not in force, version 1's
    files count; a bound that is not told is left out."""
    paths = dict(_paths(told))
    if (unified := paths.get(_UNIFIED)) and (root / "cgroup.controllers").exists():
        here = root / unified
        yield from _bound("processors of its group", _cores_unified(here / "cpu.max"))
        yield from _bound("bytes of memory of its group", _number(here / "memory.max"))
        yield from _bound("processes of its group", _number(here / "pids.max"))
        yield from _bound("run of its group", _runs(here / "cgroup.freeze", "0"))
        return
    for name, found in (
        ("processors of its group", _cores(root / "cpu" / paths.get("cpu", ""))),
        ("bytes of memory of its group", _number(root / "memory" / paths.get("memory", "") / "memory.limit_in_bytes")),
        ("processes of its group", _number(root / "pids" / paths.get("pids", "") / "pids.max")),
        ("run of its group", _runs(root / "freezer" / paths.get("freezer", "") / "freezer.state", "THAWED")),
    ):
        yield from _bound(name, found)


def _paths(told: str) -> Iterator[tuple[str, str]]:
    """By controller; `` is version 2's one path."""
    for line in told.splitlines():
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        for name in names.split(","):
            yield name, path.lstrip("/")


def _bound(name: str, found: float | str | None) -> Iterator[Bound]:
    """None: the file is not there; text: there is no bound."""
    if found is not None:
        yield Bound(name, None if isinstance(found, str) else found)


def _text(path: Path) -> str | None:
    with suppress(OSError):
        return path.read_text().strip()
    return None


def _number(path: Path) -> float | str | None:
    text = _text(path)
    if text is None or not text.isdigit():
        return text
    return "max" if int(text) >= _NO_BOUND else float(text)


def _cores_unified(path: Path) -> float | str | None:
    quota, _, period = (_text(path) or "").partition(" ")
    return float(quota) / float(period) if quota.isdigit() and period.isdigit() else quota or None


def _cores(here: Path) -> float | str | None:
    quota, period = _number(here / "cpu.cfs_quota_us"), _number(here / "cpu.cfs_period_us")
    return quota / period if isinstance(quota, float) and isinstance(period, float) else quota


def _runs(path: Path, word: str) -> float | str | None:
    """No bound while it runs, 0 while it is frozen."""
    text = _text(path)
    return text if text in (None, word) else 0.0
