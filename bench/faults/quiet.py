"""Runs without a fault: a quiet day, harmless changes, a deploy that works, the night."""

from __future__ import annotations

from bench.faults.fault import Fault, Layout
from bench.faults.settings import sets
from bench.faults.stage import Stage


def nothing(stage: Stage) -> None:
    """Let the day go on."""


FAULTS = (
    Fault("quiet-day", (), "an ordinary day", nothing),
    Fault("quiet-night", (), "the night: hardly anybody comes", nothing, Layout(per_min=4)),
    Fault("harmless-session-life", (), "sessions live ten hours", sets("auth", {"session.life_minutes": 600})),
)
