"""All faults in one order, and the half that each belongs to, as it was named in advance in `halves.txt`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from bench.faults import (
    crowds,
    databases,
    decoys,
    deploys,
    keys,
    others,
    processes,
    quiet,
    session_stores,
    settings,
    ways,
)
from bench.faults.fault import Fault

_PARTS = (settings, keys, processes, databases, session_stores, ways, crowds, others, deploys, decoys, quiet)
FAULTS: tuple[Fault, ...] = tuple(fault for part in _PARTS for fault in part.FAULTS)
HALVES = Path(__file__).with_name("halves.txt")
_SEED = 20261122


@cache
def tuning() -> frozenset[str]:
    """The faults on which weights may be tuned."""
    lines = HALVES.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def half(name: str, wanted: str) -> bool:
    """Whether the fault is in the wanted half: `tuning`, `reported` or `all`."""
    return wanted == "all" or (name in tuning()) == (wanted == "tuning")


def draw() -> str:
    """The text of `halves.txt`: of each group half, rounded by turns, drawn by a fixed seed."""
    chance = Random(_SEED)
    chosen: list[str] = []
    extra = 0
    for group in dict.fromkeys(fault.group for fault in FAULTS):
        names = [fault.name for fault in FAULTS if fault.group == group]
        count, extra = divmod(len(names) + extra, 2)
        chosen += chance.sample(names, count)
    order = [fault.name for fault in FAULTS if fault.name in chosen]
    head = f"# The half on which weights may be tuned, drawn by `catalogue.draw` with seed {_SEED} before any was run."
    return "\n".join((head, *order, ""))
