"""What people who wait are told: plain, true, no internals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward import incident_log
from doorward.model.detection import Signal
from doorward.respond.status import status_update
from tests.respond.cases import incident
from tests.review import story
from tests.review.story import at, drill_a_lines, told


def after(lines: int) -> str:
    """The status after so many lines of drill A, told at that moment."""
    entries = told(drill_a_lines()[:lines])
    return status_update(incident_log.fold(entries), entries[-1].at)


def test_at_first_it_says_what_is_wrong_and_that_the_password_is_not() -> None:
    assert status_update(incident(), at(12)) == (
        "Some people cannot use School portal as usual since 10:00 UTC. You may be sent back to the sign-in page "
        "although your password was accepted. Your password is all right; there is no need to change it. "
        "We are looking for the cause. (As of 21 November 2026, 10:00 UTC.)"
    )


def test_it_follows_the_story() -> None:
    assert "We have found the cause" in after(12)
    assert "We are putting it right." in after(16)
    assert after(24).startswith("School portal works again since 10:00 UTC.")
    assert "sign in once more" in after(24)


def test_nearly_everyone_is_not_called_some() -> None:
    one = replace(incident(), impact=story.impact(58, 60, 9.0, 90, 3))
    assert status_update(one, at(12)).startswith("Nearly everyone")
    assert status_update(replace(one, impact=story.impact(31, 60, 9.0, 90, 3)), at(12)).startswith("Many people")


@pytest.mark.parametrize("lines", range(1, len(drill_a_lines()) + 1))
def test_no_internals_and_no_blame(lines: int) -> None:
    text = after(lines).lower()
    for word in ("prefix", "bind", "auth", "session", "configuration", "toml", "mwangi", "91ab34", "doorward"):
        assert word not in text


def test_errors_are_named_as_people_see_them() -> None:
    one = incident()
    broken = replace(one, detections=(replace(story.rejections(), signal=Signal.SERVER_ERRORS),))
    assert "You may see an error page." in status_update(broken, at(12))
