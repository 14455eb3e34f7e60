"""Unchanged: what is known to be as it was, and what the log tells that it never told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.diagnose.examined import CodeExamined, KeyFile, KeysExamined
from doorward.diagnose.nodes import Node
from doorward.diagnose.observations import Observations
from doorward.diagnose.unchanged import is_unchanged, new_exceptions
from doorward.model.detection import Signal
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py


def failing(world: World, **changes: object) -> Observations:
    """Sign-ins fail, and nothing that people put in place is another."""
    during = world.now_as_usual(**changes)
    return replace(world.healthy(), detections=(world.detection(Signal.SERVER_ERRORS),), during=during)


def test_a_service_that_nobody_touched_is_unchanged(world: World) -> None:
    assert is_unchanged(failing(world))


def test_a_changed_setting_code_or_key_is_a_change_and_what_was_not_looked_at_is_not_known(world: World) -> None:
    observed = failing(world)
    code = CodeExamined("auth", world.onset, "views.py", 120, "ffffffffffff")
    key = KeysExamined("auth", (KeyFile("signing.pem", world.onset, "d2"),), world.now)
    assert not is_unchanged(replace(observed, suspects=(world.suspect(),)))
    assert not is_unchanged(world.instead(observed, code))
    assert not is_unchanged(world.instead(observed, key))
    assert not is_unchanged(replace(observed, suspects=None))
    assert not is_unchanged(replace(observed, before=()))


@pytest.mark.parametrize(("before_onset_s", "is_known"), [(-9, False), (9, False), (3600, True)])
def test_a_key_that_was_written_of_late_may_have_held_something_else_in_between(
    world: World, before_onset_s: float, is_known: bool
) -> None:
    written_at = world.onset - timedelta(seconds=before_onset_s)
    same = KeysExamined("auth", (KeyFile("signing.pem", written_at, "d1"),), world.now)
    assert is_unchanged(world.instead(failing(world), same)) == is_known


def test_a_key_that_held_something_else_at_an_earlier_look_is_a_change(world: World) -> None:
    other = KeysExamined("auth", (KeyFile("signing.pem", world.onset - timedelta(days=90), "d2"),), world.now)
    assert not is_unchanged(replace(failing(world), keys=(other,)))


@pytest.mark.parametrize(
    ("exceptions", "told"),
    [
        ((("InvalidHashError", 74),), "74 × InvalidHashError"),
        ((("InvalidHashError", 2),), ""),
        ((("TimeoutError", 74),), ""),
        ((("OperationalError", 74),), ""),
    ],
)
def test_new_exceptions_are_those_of_the_program_and_its_data(
    world: World, exceptions: tuple[tuple[str, int], ...], told: str
) -> None:
    assert new_exceptions(failing(world, exceptions=exceptions), ("OperationalError",)) == told


def test_an_exception_of_every_day_is_none_and_a_failing_provider_brings_its_own(world: World) -> None:
    observed = failing(world, exceptions=(("InvalidHashError", 74),))
    usual = world.statistics(exceptions=(("InvalidHashError", 3),))
    assert new_exceptions(replace(observed, usual=usual)) == ""
    failures = {(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 15}
    assert new_exceptions(failing(world, exceptions=(("Oops", 74),), failures=failures)) == ""


def test_a_node_that_alone_fails_is_something_that_was_put_in_place(world: World) -> None:
    joined = Node("auth", "new", world.onset, asked=60, refused=60)
    old = Node("auth", "old", world.onset - timedelta(days=1), asked=60)
    assert not is_unchanged(replace(failing(world), nodes=(joined, old)))
    assert is_unchanged(replace(failing(world), nodes=(replace(joined, refused=0), old)))
