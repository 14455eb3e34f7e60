"""When the provider is asked again."""

import pytest

from school.portal.sign_in.recheck import is_due


@pytest.mark.parametrize(
    ("checked_at", "now", "due"),
    [
        (1000.0, 1000.0, False),
        (1000.0, 1029.9, False),
        (1000.0, 1030.0, True),
        (1000.0, 999.0, True),
        (0.0, 1000.0, True),
    ],
)
def test_it_is_due_after_its_time_and_when_the_clock_went_back(checked_at: float, now: float, due: bool) -> None:
    assert is_due(checked_at, now, 30) is due
