"""Nodes: does a component work by several configurations at once, and does what fails follow one of them? Pure.

In: events. Out: how each configuration fares since the latest of them began, by the digest that each line of a log has.
A node that somebody added or left behind reads a file that nobody watches; its log tells that there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from doorward.diagnose.contrast import chance_of_contrast
from doorward.model.sign_in import TYPED, Kind, Outcome, Reason, SignInEvent

_TOLD = frozenset({Kind.SIGN_IN, Kind.SESSION, Kind.TOKEN})
# Refused for a secret or a signature that the other side does not know.
SEALED = frozenset({Reason.TOKEN_REFUSED, Reason.SESSION_UNREADABLE})
# Fewer failures may be anything's, and with fewer beside them nothing can be compared.
LEAST_FAILED = 5
LEAST_BESIDE = 10
BY_CHANCE = 1e-4
APART_RATIO = 3.0


@dataclass(frozen=True, slots=True)
class Node:
    """One configuration of a component, first told of at `began_at`. The counts are since the latest of its component
    began: of all `seen`, `failed` are sign-ins, sessions and tokens, `sealed` of these for a secret; `refused` are
    requests answered with 4xx, `broken` those with 5xx. Typed mistakes are left out."""

    component: str
    digest: str
    began_at: datetime
    seen: int
    failed: int
    sealed: int
    refused: int
    broken: int

    @property
    def bad(self) -> int:
        """Everything that did not go well."""
        return self.failed + self.refused + self.broken

    @property
    def is_of_secret(self) -> bool:
        """Whether most who fail there fail for a secret that the other side does not know."""
        return self.sealed > 0 and 2 * self.sealed >= self.failed + self.refused

    @property
    def breaks(self) -> bool:
        """Whether it answers with errors of its own, rather than refuse: then its code may be another as well."""
        return self.broken > self.failed + self.refused


def nodes(events: Iterable[SignInEvent]) -> tuple[Node, ...]:
    """The configurations of each component that works by several, the latest first; none where each has one."""
    told: dict[str, list[SignInEvent]] = {}
    for event in events:
        if event.config is not None:
            told.setdefault(event.component, []).append(event)
    return tuple(node for component, mine in told.items() for node in _nodes(component, mine))


def _nodes(component: str, events: Sequence[SignInEvent]) -> Iterator[Node]:
    began: dict[str, datetime] = {}
    for event in events:
        digest = event.config or ""
        began[digest] = min(event.at, began.get(digest, event.at))
    latest = max(began.values())
    for digest in sorted(began, key=began.__getitem__, reverse=True) if len(began) > 1 else ():
        mine = [event for event in events if event.config == digest and event.at >= latest]
        yield _counted(component, digest, began[digest], mine)


def _counted(component: str, digest: str, began_at: datetime, events: Sequence[SignInEvent]) -> Node:
    asked = [event.status or 0 for event in events if event.kind is Kind.REQUEST]
    tried = [e for e in events if e.kind in _TOLD and e.outcome is not Outcome.UNKNOWN and e.reason not in TYPED]
    failed = [event.reason for event in tried if event.outcome is Outcome.FAILURE]
    return Node(
        *(component, digest, began_at, len(asked) + len(tried), len(failed)),
        sealed=sum(reason in SEALED for reason in failed),
        refused=sum(400 <= status < 500 for status in asked),
        broken=sum(status >= 500 for status in asked),
    )


def apart(found: Sequence[Node]) -> Node | None:
    """A node that began while others were at work, and whose requests fail far more often than theirs since; None where
    what fails follows no node."""
    return next((node for node in found if _is_apart(node, _beside(node, found))), None)


def _beside(node: Node, found: Sequence[Node]) -> tuple[int, int]:
    """Bad and seen of those of its component that had begun before it."""
    others = [one for one in found if one.component == node.component and one.began_at < node.began_at]
    return sum(one.bad for one in others), sum(one.seen for one in others)


def _is_apart(node: Node, beside: tuple[int, int]) -> bool:
    bad, seen = beside
    if node.bad < LEAST_FAILED or seen < LEAST_BESIDE or node.bad * seen <= APART_RATIO * bad * node.seen:
        return False
    return chance_of_contrast(node.bad, node.seen, bad, seen) < BY_CHANCE


def told(node: Node, found: Sequence[Node]) -> str:
    """Such as `73 of 73 fail or are refused there, 4 of 98 beside it`."""
    bad, seen = _beside(node, found)
    return f"{node.bad} of {node.seen} fail or are refused there, {bad} of {seen} beside it"
