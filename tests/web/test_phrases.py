"""Values in words: every enum has its words, numbers never read as nothing."""

from __future__ import annotations

from enum import StrEnum

import pytest

from doorward.model.action import ActionKind, ActionState
from doorward.model.config_version import Standing
from doorward.model.detection import Signal
from doorward.model.incident import IncidentState
from doorward.model.journey import ProbeOutcome
from doorward.web import phrases


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (phrases.STATES, IncidentState),
        (phrases.STANDINGS, Standing),
        (phrases.OUTCOMES, ProbeOutcome),
        (phrases.ACTIONS, ActionKind),
        (phrases.ACTION_STATES, ActionState),
        (phrases.SIGNALS, Signal),
    ],
)
def test_every_word_of_the_model_has_words_for_people(table: dict[StrEnum, str], words: type[StrEnum]) -> None:
    assert set(table) == set(words)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45.4, "45 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (4320, "1 h 12 min"),
        (273600, "3 d 4 h"),
    ],
)
def test_lengths_of_time_have_two_units_at_most(seconds: float, words: str) -> None:
    assert phrases.lasting(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0 %"), (0.004, "0.4 %"), (0.06, "6.0 %"), (0.45, "45 %"), (1, "100 %")]
)
def test_a_small_share_does_not_read_as_nothing(value: float, words: str) -> None:
    assert phrases.share(value) == words


def test_one_is_singular() -> None:
    assert [phrases.count(1, "person", "people"), phrases.count(1200, "person", "people")] == [
        "1 person",
        "1,200 people",
    ]
