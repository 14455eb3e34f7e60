"""`doorward run` is killed at every stage of an incident; nothing that it promised is lost, nothing is said twice."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from doorward.model.entry import PageQueued
from tests.whole.guarded import Site, site, until, written

KILLS = 12
pytestmark = pytest.mark.xdist_group("whole")


def _stages(made: Site) -> list[str]:
    """Every stage that the log has come to, each once: kinds of lines, and steps of the plan apart."""
    entries = made.entries()
    return list(dict.fromkeys(f"{entry.kind} {getattr(entry.body, 'step', '')}".strip() for entry in entries))


def _kill_at_every_stage(made: Site, chance: random.Random) -> list[str]:
    """Kill it as soon as the log comes to a new stage, each third time wherever it is; returns the last new stages."""
    last: list[str] = []
    while len(last) < KILLS:
        known = len(_stages(made))
        made.guard(wait=False)
        if len(last) % 3 == 2 or "recovered" in made.kinds():
            _let_pass(chance.uniform(0.2, 2.0))
        else:
            until(lambda known=known: len(_stages(made)) > known, 30, "the incident goes on")
            _let_pass(chance.uniform(0, 0.08))
        made.kill()
        last.append((_stages(made) or ["nothing yet"])[-1])
    return last


def _let_pass(seconds: float) -> None:
    """The moment of the kill is what is tested: there is no condition to wait for."""
    threading.Event().wait(seconds)


def test_a_kill_at_any_stage_of_an_incident_loses_no_entry_no_page_and_no_count(tmp_path: Path) -> None:
    chance = random.Random(20240715)
    with site(tmp_path) as made:
        made.serve()
        made.guard()
        until(made.is_proved, 30, "the configuration is proved good")
        made.kill()
        made.set_prefix(32)
        stages = _kill_at_every_stage(made, chance)
        assert len(set(stages)) >= 5, stages

        made.guard()
        until(made.is_settled, 40, f"the incident recovers and all are told, after kills at {stages}")
        entries = made.entries()
        assert [entry.kind for entry in entries].count("declared") == 1
        queued = [entry.body.key for entry in entries if isinstance(entry.body, PageQueued)]
        assert len(queued) == len(set(queued))
        assert {key for key in queued if ":pages:" in key} <= set(made.pages())

        made.end(made.service)
        expected = written(made.log)
        until(lambda: made.counted() == expected, 20, f"every event is counted once: {made.counted()} {expected}")
        assert "bind_ipv4_prefix = 24" in (tmp_path / "site/auth.toml").read_text()
        verified = made.run("incident", "verify")
        assert verified.returncode == 0, verified.stderr
