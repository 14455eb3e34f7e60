"""Sign-in failures: what is typed is one segment, every other reason one of its own."""

from __future__ import annotations

import pytest

from doorward.model.sign_in import TYPED, Kind, Reason
from doorward.watch.detectors.sign_in_failures import DETECTOR
from tests.watch.detectors.cases import says, seen


@pytest.mark.parametrize("reason", sorted(TYPED))
def test_what_people_type_fails_in_its_own_segment_only(reason: Reason) -> None:
    answers = says(DETECTOR, seen(Kind.SIGN_IN, reason))
    assert [name for name, failed in answers.items() if failed] == ["typed"]


@pytest.mark.parametrize("reason", [Reason.CSRF, Reason.PROVIDER_ERROR, Reason.STATE_MISMATCH, Reason.OTHER])
def test_a_fault_fails_in_the_segment_of_its_reason_only(reason: Reason) -> None:
    answers = says(DETECTOR, seen(Kind.SIGN_IN, reason))
    assert [name for name, failed in answers.items() if failed] == [reason.value]


def test_a_repeated_sign_in_is_judged_among_successes_only() -> None:
    assert says(DETECTOR, seen(Kind.SIGN_IN, Reason.OK, again=True))["signed-in-again"] is True
    assert says(DETECTOR, seen(Kind.SIGN_IN, Reason.OK))["signed-in-again"] is False
    assert says(DETECTOR, seen(Kind.SIGN_IN, Reason.WRONG_PASSWORD))["signed-in-again"] is None


def test_a_reason_that_no_segment_has_is_a_success_nowhere_counted_as_failure() -> None:
    assert not any(says(DETECTOR, seen(Kind.SIGN_IN, Reason.OK)).values())
