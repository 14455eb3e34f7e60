"""Drill: a fault injected into the reference service, and the score of how it was met."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrillScore:
    """The outcome in the terms of the contract `doorward.drill/1`; times in seconds, None = did not happen.

    `detected_after_s` counts from the first person hurt; the other two from the detection.
    """

    drill: str
    detected_after_s: float | None
    cause: str | None
    cause_correct: bool
    ruled_out: tuple[str, ...]
    paged_after_s: float | None
    restored_after_s: float | None
    sessions_cleared: int
    sessions_wrongly_cleared: int
    postmortem: str | None
