"""Nodes: does a component work by several configurations at once, and does what fails follow one of them? Pure.

In: events. Out: how each configuration fares since the latest of them began, by the digest that each line of a log has.
A node that somebody added or left behind reads a file that nobody watches; its log tells that there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doorward.diagnose.contrast import chance_of_contrast
from doorward.model.sign_in import TYPED, Kind, Outcome, Reason, SignInEvent

_TOLD = frozenset({Kind.SIGN_IN, Kind.SESSION, Kind.TOKEN})
_OF_SESSIONS = (Kind.SIGN_IN, Kind.SESSION)
# Refused for a secret or a signature that the other side does not know.
SEALED = frozenset({Reason.TOKEN_REFUSED, Reason.SESSION_UNREADABLE})
# Fewer failures may be anything's, and with fewer beside them nothing can be compared.
LEAST_FAILED = 5
LEAST_BESIDE = 10
BY_CHANCE = 1e-4
APART_RATIO = 3.0
# Sessions that are lost by other ways are refused by either node alike: so many by the other one alone are no chance.
LEAST_CROSSED = 8
# Of a handful of places two nodes may share none by chance.
LEAST_PLACES = 5
CROSSED_RATIO = 5
# Of the time since the latest began: who is told of after that is still at work.
STILL_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Node:
    """One configuration of a component, first told of at `began_at`. The counts are since the latest of its component
    began: of those who `tried` (sign-ins, sessions, tokens, without typed mistakes) some `failed`, `sealed` of these
    for a secret; of the requests `asked` some were `refused` with 4xx or `broken` with 5xx. `crossed` sessions that
    another node takes were refused here or the other way round, `stayed` were refused where they had been taken. It
    met people from so many `strange` places if no other node knows any of them by that name: it names them by a key of
    its own, so a network that is told to have changed is counted as `sealed`. 0 where it shares one."""

    component: str
    digest: str
    began_at: datetime
    tried: int = 0
    failed: int = 0
    sealed: int = 0
    asked: int = 0
    refused: int = 0
    broken: int = 0
    crossed: int = 0
    stayed: int = 0
    strange: int = 0

    @property
    def is_of_secret(self) -> bool:
        """Whether most who fail there fail for a secret that the other side does not know."""
        return self.sealed > 0 and 2 * self.sealed >= self.failed + self.refused

    @property
    def breaks(self) -> bool:
        """Whether it answers with errors of its own, rather than refuse: then its code may be another as well."""
        return self.broken > self.failed + self.refused

    @property
    def disagrees(self) -> bool:
        """Whether sessions are refused by the one node that others take, and hardly any where it was taken before."""
        return self.crossed >= max(LEAST_CROSSED, CROSSED_RATIO * self.stayed)


def nodes(events: Iterable[SignInEvent]) -> tuple[Node, ...]:
    """The configurations of each component that works by several, the latest first; none where each has one."""
    told: dict[str, list[SignInEvent]] = {}
    refused: list[SignInEvent] = []
    for event in events:
        if event.config is not None:
            told.setdefault(event.component, []).append(event)
        if event.kind is Kind.TOKEN and event.reason is Reason.TOKEN_REFUSED:
            refused.append(event)
    return tuple(node for component, mine in told.items() for node in _nodes(component, mine, refused))


def _nodes(component: str, events: Sequence[SignInEvent], refused: Sequence[SignInEvent]) -> Iterator[Node]:
    began: dict[str, datetime] = {}
    for event in events:
        digest = event.config or ""
        began[digest] = min(event.at, began.get(digest, event.at))
    if len(began) < 2:
        return
    latest = max(began.values())
    # Who is ended in good order answers a little longer beside its successor.
    late = latest + (max(event.at for event in events) - latest) * STILL_SHARE
    at_work = {event.config or "" for event in events if event.at >= late}
    if len(at_work) < 2:
        return
    # Whom the provider does not even know by name has a wrong name, whatever its secret is.
    unnamed = [event.client is None for event in refused if event.at >= latest]
    is_known = 2 * sum(unnamed) <= len(unnamed)
    crossed, stayed = _moved(events, latest)
    for digest in sorted(at_work, key=began.__getitem__, reverse=True):
        mine = [event for event in events if event.config == digest and event.at >= latest]
        node = _counted(component, digest, began[digest], mine, _strange(digest, events, mine))
        yield replace(node, sealed=node.sealed if is_known else 0, crossed=crossed, stayed=stayed)


def _strange(digest: str, events: Sequence[SignInEvent], mine: Sequence[SignInEvent]) -> int:
    """How many places that node names, if no other one ever named one of them; where it is told of few, 0."""
    places = {event.source for event in mine if event.source}
    known = {event.source for event in events if event.config != digest}
    return len(places) if len(places) >= LEAST_PLACES and not places & known else 0


def _counted(component: str, digest: str, began_at: datetime, events: Sequence[SignInEvent], strange: int) -> Node:
    asked = [event.status or 0 for event in events if event.kind is Kind.REQUEST]
    tried = [e for e in events if e.kind in _TOLD and e.outcome is not Outcome.UNKNOWN and e.reason not in TYPED]
    failed = [event.reason for event in tried if event.outcome is Outcome.FAILURE]
    of_secret = SEALED | {Reason.NETWORK_CHANGED} if strange else SEALED
    return Node(
        *(component, digest, began_at, len(tried), len(failed)),
        sealed=sum(reason in of_secret for reason in failed),
        asked=len(asked),
        refused=sum(400 <= status < 500 for status in asked),
        broken=sum(status >= 500 for status in asked),
        strange=strange,
    )


def _moved(events: Sequence[SignInEvent], latest: datetime) -> tuple[int, int]:
    """How many sessions were refused by a node that had never taken them, and by one that had, of those begun by a
    sign-in or taken once."""
    taken: dict[str, set[str | None]] = {}
    crossed, stayed = set[str](), set[str]()
    for event in events:
        if event.kind not in _OF_SESSIONS or event.session is None or event.reason is Reason.SESSION_EXPIRED:
            continue
        by = taken.setdefault(event.session, set())
        if event.outcome is Outcome.SUCCESS:
            by.add(event.config)
        elif event.kind is Kind.SESSION and by and event.at >= latest:
            (stayed if event.config in by else crossed).add(event.session)
    return len(crossed - stayed), len(stayed)


def apart(found: Sequence[Node]) -> Node | None:
    """A node that began while others were at work, and where people or requests fail far more often than there since,
    or that does not take the sessions of the others; None where what fails follows no node."""
    return next((node for node in found if told(node, found)), None)


def told(node: Node, found: Sequence[Node]) -> str:
    """Such as `73 of 73 requests fail or are refused there, 4 of 98 beside it`, '' where the node is not apart."""
    others = [one for one in found if one.component == node.component and one.began_at < node.began_at]
    failed, tried = sum(one.failed for one in others), sum(one.tried for one in others)
    bad, asked = sum(one.refused + one.broken for one in others), sum(one.asked for one in others)
    if _is_apart(node.failed, node.tried, failed, tried):
        return f"{node.failed} of {node.tried} sign-ins and sessions fail there, {failed} of {tried} beside it"
    if _is_apart(node.refused + node.broken, node.asked, bad, asked):
        mine = f"{node.refused + node.broken} of {node.asked}"
        return f"{mine} requests fail or are refused there, {bad} of {asked} beside it"
    if node.strange and node.is_of_secret and node.failed >= LEAST_FAILED and tried >= LEAST_BESIDE:
        # Each of them refuses what the other began.
        return f"{node.failed} of {node.tried} sign-ins and sessions fail there, {failed} of {tried} beside it"
    if tried + asked >= LEAST_BESIDE and node.disagrees:
        return f"{node.crossed} sessions that one node takes are refused by another, {node.stayed} by the same"
    return ""


def _is_apart(bad: int, seen: int, bad_beside: int, seen_beside: int) -> bool:
    if bad < LEAST_FAILED or seen_beside < LEAST_BESIDE or bad * seen_beside <= APART_RATIO * bad_beside * seen:
        return False
    return chance_of_contrast(bad, seen, bad_beside, seen_beside) < BY_CHANCE
