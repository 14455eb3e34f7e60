"""Client: one application or one kind of browser cannot sign in, while all others can.

If it is at work: nearly all that fails belongs to one client or one browser, which fails far more than before, and
everybody else gets in as usual.
If it is not: clients and browsers fail alike.
Licenses nothing: the fault sits in what others keep, or in a setting of that one client.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose.cause import DECISIVE, STRONG, WEAK, Cause, Judgement, favours, notes, opposes
from doorward.diagnose.causes.attack import fails_at_home
from doorward.diagnose.contrast import chance_of_contrast
from doorward.diagnose.observations import Observations, Part
from doorward.model.diagnosis import Evidence

DIMENSIONS = ("client", "browser")
LEAST_FAILURES = 5
# People mistype on any day, in any browser.
LEAST_TYPED = 8
# A part that is broken fails for most; one that is not fails as the rest do.
BROKEN_SHARE = 0.3
# Everybody else's failures must be this many times rarer.
APART_RATIO = 5.0
# Elsewhere fewer than this fail: any more and the trouble is not one part's.
WELL_SHARE = 0.1
# A part that fails less often must differ from all others by more than luck.
BY_CHANCE = 1e-4
# With fewer elsewhere nothing can be compared.
LEAST_ELSEWHERE = 20
_EXPECTED = "nearly all failures belong to one client or one browser, and everybody else gets in"


def weigh(observations: Observations) -> Judgement:
    """The parts that fail most, beside all others."""
    parts = [part for part in observations.parts if part.dimension in DIMENSIONS]
    next_check = "Try that client or browser by hand; ask its keeper what changed there."
    compared = [part for part in parts if part.seen_elsewhere >= LEAST_ELSEWHERE]
    if told := mistypes(observations):
        return Judgement((favours("typed", DECISIVE, told, _EXPECTED),), next_check)
    evidence = (*_within(observations, compared), *_apart(compared))
    if not evidence and not compared:
        because = "the logs tell no clients and browsers apart, or too little of them was seen"
        return Judgement((), next_check, not_testable=because)
    return Judgement(evidence, next_check)


def mistypes(observations: Observations) -> str:
    """What is said where people mistype in one kind of browser alone, which fills in what they do not know; '' where
    that is not so. A guesser may have a browser of his own, so they must be people who got in before."""
    now = observations.visitors.during if observations.visitors else None
    if now is None or not now.browser or now.browser_typed < LEAST_TYPED or not fails_at_home(observations):
        return ""
    typed, tried = now.typed - now.browser_typed, now.tried - now.browser_tried
    if tried < LEAST_ELSEWHERE or now.browser_typed < BROKEN_SHARE * now.browser_tried:
        return ""
    elsewhere = typed / tried
    if elsewhere > WELL_SHARE or now.browser_typed < APART_RATIO * elsewhere * now.browser_tried:
        return ""
    mine = f"{now.browser_typed} of {now.browser_tried}"
    return f"browser {now.browser}: {mine} sign-ins fail by what was typed, {typed} of {tried} of all others"


def _within(observations: Observations, compared: list[Part]) -> Iterator[Evidence]:
    """What the detector found to be the smallest part that explains its departure, or a part that it watches by itself;
    the latter tells something only where there are others."""
    others = {(part.dimension, part.value) for part in compared}
    for detection in observations.detections:
        names = dict(label for label in detection.segment if label in others) | dict(detection.within)
        named = [f"{name} {names[name]}" for name in DIMENSIONS if name in names]
        if named:
            # Most people have the same browser: few failures among many are theirs by chance.
            weight = STRONG if any(part.share >= BROKEN_SHARE for part in compared if _named(part) in named) else WEAK
            yield favours("within", weight, f"{detection.signal}: explained by {' and '.join(named)} alone", _EXPECTED)
            return


def _apart(parts: list[Part]) -> Iterator[Evidence]:
    broken = [part for part in parts if _is_apart(part)]
    if broken:
        worst = max(broken, key=lambda part: (part.failed, part.share))
        yield favours("apart", STRONG, _figures(worst), _EXPECTED)
        if worst.usually_seen and worst.share > 2 * worst.usual_share + WELL_SHARE:
            before = f"{worst.usually_failed} of {worst.usually_seen}"
            yield favours("before", WEAK, f"{_named(worst)}: {before} failed before the onset", _EXPECTED)
        return
    failing = [part for part in parts if part.failed >= LEAST_FAILURES]
    if len(failing) > 1 or any(part.failed_elsewhere >= LEAST_FAILURES for part in failing):
        worst = max(failing, key=lambda part: (part.failed, part.share))
        yield opposes("apart", DECISIVE, _figures(worst), _EXPECTED)
    elif failing:
        yield notes("apart", _figures(failing[0]), _EXPECTED)
    elif parts:
        seen = f"no client and no browser fails {LEAST_FAILURES} times"
        yield opposes("apart", DECISIVE, seen, _EXPECTED)


def _is_apart(part: Part) -> bool:
    """Whether that part fails and the rest does not."""
    return (
        part.failed >= LEAST_FAILURES
        and (part.share >= BROKEN_SHARE or _fails_alone(part))
        and part.share_elsewhere <= WELL_SHARE
        and part.share >= APART_RATIO * part.share_elsewhere
    )


def _fails_alone(part: Part) -> bool:
    """Whether a part that fewer are of than not fails now and then, as one of several nodes makes it, and chance does
    not spare all others so."""
    counts = (part.failed, part.seen, part.failed_elsewhere, part.seen_elsewhere)
    return part.seen <= part.seen_elsewhere and chance_of_contrast(*counts) < BY_CHANCE


def _named(part: Part) -> str:
    return f"{part.dimension} {part.value}"


def _figures(part: Part) -> str:
    elsewhere = f"{part.failed_elsewhere} of {part.seen_elsewhere} of all others"
    return f"{_named(part)}: {part.failed} of {part.seen} fail, {elsewhere}"


CAUSE = Cause(
    id="client",
    title="one client or browser",
    predictions=__doc__ or "",
    asks_for=(),
    weigh=weigh,
)
