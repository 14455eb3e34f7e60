"""The smallest segment that explains a departure, and the interval in which it began.

In: observations, what is usual, the weights of the bet that won. Out: labels such as (("client", "portal"),), and two
moments. Pure, no clock.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from operator import attrgetter

from doorward.model.sign_in import SignInEvent
from doorward.watch.observation import Observation
from doorward.watch.plans import Labels

DIMENSIONS: dict[str, Callable[[SignInEvent], str | None]] = {
    "client": attrgetter("client"),
    "network": attrgetter("source"),
    "provider": attrgetter("provider"),
    "browser": attrgetter("agent"),
}
# A part must explain the failures a hundred times better than the whole does, for each part that was looked at.
_BETTER = math.log(100)
# Parts with fewer failures than this are not looked at: anything fits two people.
_LEAST_FAILURES = 3
_MOST_VALUES = 20
# A change that fits so much worse than the best one is outside of 95 %. Two sides of exp(-3.7) = 2.5 % each would do if
# the best fit were the truth; it is picked among many, and the interval held 88 % of 480 simulated onsets. This, 93 %.
_INTERVAL = 5.5


def smallest(observations: Sequence[Observation], usual: float) -> Labels:
    """The part, of one name or of two, outside of which nothing is unusual; empty if that is the whole."""
    named = [(one.event, one.failed) for one in observations if one.event is not None]
    parts = _parts([event for event, failed in named if failed])
    failed_in, seen_in = _counted(named, {label for labels in parts for label in labels})
    failed = sum(failed for _, failed in named)
    best: tuple[float, Labels] | None = None
    for labels in parts:
        gain = _gain(failed_in[labels], seen_in[labels], failed, len(named), usual)
        # A second name must earn its place as the first one did.
        gain -= (_BETTER + math.log(len(parts))) * len(labels)
        if gain > 0 and (best is None or gain > best[0]):
            best = gain, labels
    return best[1] if best is not None else ()


def _parts(failing: list[SignInEvent]) -> list[Labels]:
    """Names that many who fail have in common, and pairs of them."""
    single: list[tuple[str, str]] = []
    for name, value_of in DIMENSIONS.items():
        counted = Counter(value for event in failing if (value := value_of(event)) is not None)
        single += [(name, value) for value, count in counted.most_common(_MOST_VALUES) if count >= _LEAST_FAILURES]
    pairs: list[Labels] = [pair for pair in combinations(single, 2) if pair[0][0] != pair[1][0]]
    return [*((one,) for one in single), *pairs]


def _counted(
    named: list[tuple[SignInEvent, bool]], wanted: set[tuple[str, str]]
) -> tuple[Counter[Labels], Counter[Labels]]:
    """Who failed, and all, in each part of the wanted names."""
    failed_in: Counter[Labels] = Counter()
    seen_in: Counter[Labels] = Counter()
    for event, failed in named:
        own = [label for name, value_of in DIMENSIONS.items() if (label := (name, value_of(event))) in wanted]
        for labels in (*((label,) for label in own), *combinations(own, 2)):
            seen_in[labels] += 1
            failed_in[labels] += failed
    return failed_in, seen_in


def _gain(inside: int, seen_inside: int, failed: int, seen: int, usual: float) -> float:
    """By how much 'only this part is broken' fits better than 'all are alike', in logs of likelihood."""
    outside, seen_outside = failed - inside, seen - seen_inside
    if not seen_outside or not seen_inside:
        return 0.0
    alike = failed / seen
    if inside / seen_inside <= alike:
        return 0.0
    apart = _log_likelihood(inside, seen_inside, inside / seen_inside) + _log_likelihood(outside, seen_outside, usual)
    return apart - _log_likelihood(failed, seen, alike)


def _log_likelihood(failed: int, seen: int, share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return failed * math.log(share) + (seen - failed) * math.log(1 - share)


def interval(observations: Sequence[Observation], failure: float, success: float) -> tuple[float, float]:
    """The first and the last moment at which the course can have changed, with 95 %.

    `failure` and `success` are what each weighs in logs for the change. A change at an observation is worth the sum of
    the weights from there on; all changes worth within `_INTERVAL` of the best are in the interval. The observations
    are in order and end at the detection; the change may have come any time after the one before it.
    """
    worth, worths = 0.0, []
    for one in reversed(observations):
        worth += failure if one.failed else success * one.amount
        worths.append(worth)
    worths.reverse()
    least = max(worths) - _INTERVAL
    likely = [place for place, value in enumerate(worths) if value >= least]
    return observations[max(likely[0] - 1, 0)].at_s, observations[likely[-1]].at_s
