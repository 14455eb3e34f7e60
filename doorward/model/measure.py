"""Measure: a corrective or preventive action with an owner, a due date and the drill that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Measure:
    """A promise of a postmortem that can be held to: without owner, due date and proof it is not one."""

    title: str
    owner: str
    due_on: date
    proof: str
