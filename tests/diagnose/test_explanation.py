"""The text of a differential: every cause, every piece of evidence, in stable order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from doorward.diagnose import Observations, differential, explain

World = Any  # the builders of conftest.py


def test_every_cause_has_a_block_with_verdict_evidence_and_next_check(world: World) -> None:
    made = differential(world.network_binding(), world.now)
    text = explain(made)
    for hypothesis in made.hypotheses:
        assert f"{hypothesis.title} [{hypothesis.cause}]: {hypothesis.verdict} (score {hypothesis.score:+.1f})" in text
        assert all(f" {item.test}: {item.seen[:20]}" in text for item in hypothesis.evidence)
    assert text.count("  next: ") == len(made.hypotheses)


def test_the_concluded_cause_comes_first_with_its_remedy(world: World) -> None:
    text = explain(differential(world.network_binding(), world.now))
    assert text.startswith("Conclusion at 2026-11-21T10:00:20+00:00: configuration change\n")
    assert text.index("[configuration]: supported") < text.index("ruled out")
    assert text.count("licenses: roll-back") == 1


def test_nothing_wrong_and_cannot_tell_are_said_in_words(world: World) -> None:
    assert "nothing is wrong" in explain(differential(Observations(), world.now))
    unknown = replace(world.network_binding(), suspects=())
    assert "cannot tell" in explain(differential(unknown, world.now))


def test_no_line_is_wider_than_asked(world: World) -> None:
    text = explain(differential(world.gone_serializer(), world.now), width=80)
    assert max(len(line) for line in text.splitlines()) <= 80
