"""An error says what, where and what to do; input errors come together."""

from __future__ import annotations

from doorward.errors import ActionRefused, InputInvalid, Problem, SystemUnreachable


def test_a_problem_tells_place_code_and_remedy() -> None:
    problem = Problem("settings.value", "must be positive", "doorward.toml:3 watch.window_s", "choose a length")
    assert str(problem) == "doorward.toml:3 watch.window_s: must be positive [settings.value]\n    choose a length"


def test_problems_are_shown_together() -> None:
    error = InputInvalid((Problem("a", "one"), Problem("b", "two")))
    assert str(error) == "one [a]\ntwo [b]"


def test_the_class_decides_the_exit_code() -> None:
    assert [InputInvalid(()).exit_code, ActionRefused("x").exit_code, SystemUnreachable("x").exit_code] == [2, 1, 3]
