"""Decoys and runs without a fault, as each held-out set says them."""

from __future__ import annotations

from bench.faults.fault import Do, Fault, Layout
from bench.faults.mend import nothing


def decoy(
    name: str, cause: str, lure: str, parts: tuple[Do, Do, Do], layout: Layout | None = None, why: str = ""
) -> Fault:
    """`parts`: what is not the cause, what is, and what mends it."""
    before, inject, undo = parts
    what = f"{cause} fails just after something else that is not the cause ({lure})"
    return Fault(name, (cause,), what, inject, layout or Layout(), before, lure, undo=undo, why=why)


def quiet(name: str, what: str, inject: Do, undo: Do = nothing, layout: Layout | None = None, why: str = "") -> Fault:
    """A run without a fault."""
    return Fault(name, (), what, inject, layout or Layout(), undo=undo, why=why)
