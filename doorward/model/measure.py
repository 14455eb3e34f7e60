"""Measure: a corrective or preventive action with an owner, a due date and the drill that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MeasureKind(StrEnum):
    """Corrective mends what this incident showed to be broken; preventive keeps its like from happening again."""

    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"


@dataclass(frozen=True, slots=True)
class Measure:
    """A promise of a postmortem that can be held to: without owner, due date and proof it is not one.

    `because` says what in the log calls for it; `sources` are the numbers of those lines.
    """

    title: str
    owner: str
    due_on: date
    proof: str
    kind: MeasureKind = MeasureKind.PREVENTIVE
    because: str = ""
    sources: tuple[int, ...] = ()
