"""What a control group is granted, by the files of both versions of cgroups."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.diagnose.examinations.groups import group_bounds


def laid_out(root: Path, files: dict[str, str]) -> Path:
    """A tree with these files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


def told(text: str, root: Path) -> dict[str, float | None]:
    """The bounds by name."""
    return {bound.name.removesuffix(" of its group"): bound.most for bound in group_bounds(text, root)}


@pytest.mark.parametrize(
    ("quota", "memory", "pids", "frozen", "expected"),
    [
        (
            "max 100000",
            "max",
            "max",
            "0",
            {"processors": None, "bytes of memory": None, "processes": None, "run": None},
        ),
        (
            "20000 100000",
            "1048576",
            "40",
            "1",
            {"processors": 0.2, "bytes of memory": 1048576, "processes": 40, "run": 0},
        ),
    ],
)
def test_version_two(
    tmp_path: Path, quota: str, memory: str, pids: str, frozen: str, expected: dict[str, float | None]
) -> None:
    here = "system.slice/portal.service"
    files = {"cpu.max": quota, "memory.max": memory, "pids.max": pids, "cgroup.freeze": frozen}
    root = laid_out(tmp_path, {f"{here}/{name}": text for name, text in files.items()} | {"cgroup.controllers": "cpu"})
    assert told(f"0::/{here}\n", root) == expected


def test_version_one_with_a_quota_and_without(tmp_path: Path) -> None:
    root = laid_out(
        tmp_path,
        {
            "cpu/portal/cpu.cfs_quota_us": "5000",
            "cpu/portal/cpu.cfs_period_us": "100000",
            "cpu/cpu.cfs_quota_us": "-1",
            "cpu/cpu.cfs_period_us": "100000",
            "memory/portal/memory.limit_in_bytes": "9223372036854771712",
            "freezer/portal/freezer.state": "FROZEN",
            "freezer/freezer.state": "THAWED",
        },
    )
    lines = "8:pids:/\n6:freezer:/portal\n4:memory:/portal\n1:cpu,cpuacct:/portal\n0::/\n"
    assert told(lines, root) == {"processors": 0.05, "bytes of memory": None, "run": 0}
    assert told("1:cpu,cpuacct:/\n6:freezer:/\n", root) == {"processors": None, "run": None}


def test_where_nothing_is_told_nothing_is_bound(tmp_path: Path) -> None:
    assert told("", tmp_path) == told("0::/\n", tmp_path) == {}
