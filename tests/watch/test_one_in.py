"""A part of the people is looked at, each of them in all lines or in none, whoever finds out whose lines they are."""

from __future__ import annotations

from collections import Counter

import pytest

from doorward.log_line.tally import who
from doorward.model.sign_in import Kind, SignInEvent
from doorward.systems.school.log import mark, parse
from doorward.watch.one_in import of_one_in
from tests.watch.crowd import Crowd
from tests.watch.school_lines import lines

CROWD = [line.encode() for line in lines(Crowd(seed=1, seconds=600, per_min=240, fault="A", people=900).events, "auth")]
LOADED = b'{"time":"2026-03-02T08:00:00Z","event":"configuration-loaded","config":"0123456789ab"}'


def events(one_in: int) -> list[SignInEvent]:
    found = (of_one_in(parse, one_in)(line, "auth") for line in CROWD)
    return [event for event in found if event is not None]


def test_of_one_in_one_nothing_is_left_out() -> None:
    assert of_one_in(parse, 1, mark) is parse


def test_a_person_is_looked_at_in_all_lines_or_in_none() -> None:
    whole, part = (Counter(map(who, events(one_in))) for one_in in (1, 4))
    named = {name: count for name, count in part.items() if name is not None}
    assert named == {name: whole[name] for name in named}


def test_about_as_many_people_are_looked_at_as_were_wished_for() -> None:
    whole, part = (len(set(map(who, events(one_in)))) for one_in in (1, 4))
    assert whole / 5 < part < whole / 3


@pytest.mark.parametrize("one_in", [2, 3, 16])
def test_the_same_people_are_found_with_and_without_the_kinds_quick_look(one_in: int) -> None:
    quick, slow = of_one_in(parse, one_in, mark), of_one_in(parse, one_in)
    assert [quick(line, "auth") for line in CROWD] == [slow(line, "auth") for line in CROWD]


def test_a_configuration_that_was_loaded_is_always_looked_at() -> None:
    found = of_one_in(parse, 1024, mark)(LOADED, "auth")
    assert found is not None
    assert found.kind is Kind.CONFIGURATION
