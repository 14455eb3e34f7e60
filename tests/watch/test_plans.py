"""Who counts once: the person before the session before the network."""

from __future__ import annotations

from dataclasses import replace

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.plans import by_person, by_source_and_route
from tests.watch.crowd import BEGAN

EVENT = SignInEvent(BEGAN, "auth", Kind.SESSION, Outcome.SUCCESS, Reason.OK, "", "person", "session", "network")


def test_the_nearest_to_a_person_is_taken() -> None:
    assert by_person(EVENT) == "person"
    assert by_person(replace(EVENT, person=None)) == "session"
    assert by_person(replace(EVENT, person=None, session=None)) == "network"
    assert by_person(replace(EVENT, person=None, session=None, source=None)) is None


def test_a_network_is_told_apart_by_page() -> None:
    assert by_source_and_route(replace(EVENT, route="a")) != by_source_and_route(replace(EVENT, route="b"))
