"""Values of figures as people read them."""

from __future__ import annotations

import pytest

from doorward.review.document import Figure, Unit, number, span
from doorward.review.postmortem import postmortem
from tests.review.story import drill_a


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (9.64, "9.6 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3599.6, "1 h 00 min 00 s"),
        (9000, "2 h 30 min 00 s"),
        (-3, "3.0 s before"),
    ],
)
def test_a_span_is_written_with_its_units(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, Unit.SECONDS, "not recorded"),
        (0.451, Unit.SHARE, "45%"),
        (1234, Unit.COUNT, "1,234"),
        (0, Unit.COUNT, "0"),
    ],
)
def test_a_figure_is_written_as_its_unit_says(value: float | None, unit: Unit, text: str) -> None:
    assert Figure("n", "l", value, unit, "m", ()).text == text


def test_one_is_not_written_as_several() -> None:
    assert (number(1, "page", "pages"), number(1200, "page", "pages")) == ("1 page", "1,200 pages")


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(KeyError):
        postmortem(drill_a()).figure("mean_of_durations_s")
