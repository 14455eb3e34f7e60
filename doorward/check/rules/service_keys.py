"""Parts that share their sessions: does each accept what the others sign?"""

from __future__ import annotations

from itertools import permutations

from doorward.check.rule import GuardedService, Hit, Hits, effect, rule
from doorward.check.survival import signing_key
from doorward.model.configuration import Configuration
from doorward.model.fact import SigningKey, Store
from doorward.model.finding import Severity, What


def share_sessions(one: Configuration, other: Configuration) -> bool:
    """Whether both keep sessions in one known place, under one known cookie name."""
    places = [store.place for part in (one, other) for store in part.facts_of(Store)]
    cookies = [cookie.name for part in (one, other) if (cookie := part.cookie("session"))]
    return _are_one(places) and _are_one(cookies)


def _are_one(told: list[str | None]) -> bool:
    return len(told) == 2 and told[0] is not None and told[0] == told[1]


@rule(
    "SERVICE-11",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone whose requests go to both",
        "at once, and until the last of them has the new key",
        "is signed out",
        What.EXISTING_SESSION,
        What.OTHER_WORKER,
    ),
    catalogue=("CC-07",),
    sources=("https://docs.djangoproject.com/en/5.2/ref/settings/#secret-key-fallbacks",),
)
def key_not_accepted(service: GuardedService) -> Hits:
    """Two parts share their sessions, and one does not accept the key of the other.

    Why: each writes sessions that the other throws away. That is so while a key is renewed on one part after the other,
    and stays so where one was forgotten.

    Fix: first let every part accept the new key as a fallback, then sign with it, and keep the former one as a fallback
    until the longest session has ended.
    """
    for (writer, writes), (reader, reads) in permutations(service.parts, 2):
        key = signing_key(writes)
        accepted = {one.digest: one for one in reads.facts_of(SigningKey) if one.purpose == "session"}
        if key is None or key.digest is None or not accepted or None in accepted or not share_sessions(writes, reads):
            continue
        if key.digest not in accepted:
            where = next(iter(accepted.values())).where
            yield Hit(where, f"{reader.name} does not accept the key with which {writer.name} signs their sessions")


RULES = (key_not_accepted,)
