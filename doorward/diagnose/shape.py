"""Shape: how each client, browser, network and provider fares since the onset, beside all others; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from doorward.diagnose.observations import Part
from doorward.model.sign_in import TYPED, Kind, Outcome, Reason, SignInEvent


def _nobodys(event: SignInEvent) -> str | None:
    """Who is signed in and asks in the name of none was sent by a client that the provider does not know any more."""
    is_refused = event.kind is Kind.TOKEN and event.outcome is Outcome.FAILURE
    return "that is not known" if is_refused and event.person is not None else None


DIMENSIONS: dict[str, Callable[[SignInEvent], str | None]] = {
    "client": lambda event: event.client or _nobodys(event),
    "browser": lambda event: event.agent,
    "network": lambda event: event.source,
    "provider": lambda event: event.provider,
}
_KINDS = frozenset({Kind.SIGN_IN, Kind.SESSION, Kind.TOKEN})
# An old cookie that comes back is of every day, and comes from whoever stayed away longest.
_EVERYDAY = TYPED | {Reason.SESSION_EXPIRED}
# Fewer tell nothing of a part; more parts than these are not shown.
LEAST_SEEN = 5
MOST_PARTS = 200

_Key = tuple[str, str]


def parts(before: Iterable[SignInEvent], during: Iterable[SignInEvent]) -> tuple[Part, ...]:
    """Every part that was seen often enough, most failures first; probes are left out."""
    usual, now = _counted(before), _counted(during)
    all_failed: Counter[str] = Counter()
    all_seen: Counter[str] = Counter()
    for (dimension, _), (failed, seen) in now.items():
        all_failed[dimension] += failed
        all_seen[dimension] += seen
    found = [
        Part(
            *(dimension, value, failed, seen),
            all_failed[dimension] - failed,
            all_seen[dimension] - seen,
            *usual.get((dimension, value), (0, 0)),
        )
        for (dimension, value), (failed, seen) in now.items()
        if seen >= LEAST_SEEN
    ]
    ordered = sorted(found, key=lambda part: (-part.failed, part.dimension, part.value))
    return tuple(ordered[:MOST_PARTS])


def _counted(events: Iterable[SignInEvent]) -> dict[_Key, tuple[int, int]]:
    """Failed and seen by part."""
    failed: Counter[_Key] = Counter()
    seen: Counter[_Key] = Counter()
    for event in events:
        if event.probe or event.kind not in _KINDS or event.outcome is Outcome.UNKNOWN or event.reason in _EVERYDAY:
            continue
        for dimension, value_of in DIMENSIONS.items():
            value = value_of(event)
            if value is not None:
                seen[dimension, value] += 1
                failed[dimension, value] += event.outcome is Outcome.FAILURE
    return {key: (failed[key], count) for key, count in seen.items()}
