"""All faults in one order, and the half that each belongs to, as it was named in advance in `halves.txt`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bench.faults import quiet, settings
from bench.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (*settings.FAULTS, *quiet.FAULTS)
HALVES = Path(__file__).with_name("halves.txt")


@cache
def _tuning() -> frozenset[str]:
    lines = HALVES.read_text(encoding="utf-8").splitlines() if HALVES.exists() else []
    return frozenset(line for line in lines if line and not line.startswith("#"))


def half(name: str, wanted: str) -> bool:
    """Whether the fault is in the wanted half: `tuning`, `reported` or `all`."""
    return wanted == "all" or (name in _tuning()) == (wanted == "tuning")
