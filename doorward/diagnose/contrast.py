"""Contrast: could two groups that fail so differently fail alike, and differ by luck? Pure."""

from __future__ import annotations

from math import comb

# Fisher's test sums over tables; beyond this size the shares are scaled down, which only makes the test more cautious.
_MOST_EVENTS = 2000


def chance_of_contrast(failed: int, seen: int, failed_elsewhere: int, seen_elsewhere: int) -> float:
    """The chance of at least so many failures among the first if both failed alike.

    Source: Fisher's exact test, one-sided.
    """
    scale = max(1.0, (seen + seen_elsewhere) / _MOST_EVENTS)
    mine, passed, others, others_passed = (
        int(count / scale) for count in (failed, seen - failed, failed_elsewhere, seen_elsewhere - failed_elsewhere)
    )
    all_failed, all_mine, everything = mine + others, mine + passed, mine + passed + others + others_passed
    ways = sum(
        comb(all_failed, k) * comb(everything - all_failed, all_mine - k)
        for k in range(mine, min(all_failed, all_mine) + 1)
        if all_mine - k <= everything - all_failed
    )
    return ways / comb(everything, all_mine)
