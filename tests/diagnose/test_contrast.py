"""Contrast: the chance that two groups fail so differently by luck."""

from __future__ import annotations

import pytest

from doorward.diagnose.contrast import chance_of_contrast


@pytest.mark.parametrize(
    ("mine", "others", "is_low"),
    [((30, 30), (2, 902), True), ((14, 74), (12, 912), True), ((1, 21), (12, 912), False), ((3, 3), (40, 40), False)],
)
def test_the_chance_of_a_contrast_is_fishers(mine: tuple[int, int], others: tuple[int, int], is_low: bool) -> None:
    chance = chance_of_contrast(*mine, *others)
    assert 0 <= chance <= 1
    assert (chance < 0.01) is is_low


def test_the_chance_agrees_with_a_table_counted_by_hand() -> None:
    # 3 of 4 against 1 of 4: (4C3·4C1 + 4C4·4C0) / 8C4 = 17 / 70 (Fisher's tea, 1935).
    assert chance_of_contrast(3, 4, 1, 4) == pytest.approx(17 / 70)


def test_a_very_large_table_is_scaled_and_still_tells() -> None:
    assert chance_of_contrast(40_000, 90_000, 10_000, 910_000) < 0.01
