"""How many people are signed in, and how many of them a change signs out: each asked of `survives`, none assumed. Pure.

In: a number that somebody says, or the sessions that a store holds. Out: people, counted once however many sessions
they have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doorward.check.survival import Lost, MadeSession, survives
from doorward.model.configuration import Configuration
from doorward.systems import SessionRow

Backends = frozenset[str | None]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """People by the backends that made their sessions; None among them = it is not known which. `component` is the
    one whose sessions were counted, None where somebody said the number."""

    people: Mapping[Backends, int]
    component: str | None = None

    @property
    def total(self) -> int:
        """Everybody."""
        return sum(self.people.values())


def said(people: int) -> SignedIn:
    """That many people, of whom nothing else is known."""
    return SignedIn({frozenset((None,)): people})


def counted(rows: Iterable[SessionRow], component: str | None = None) -> SignedIn:
    """The people whose sessions a store holds and honours now; visitors who never signed in are none of them."""
    backends: dict[str, set[str | None]] = {}
    for row in rows:
        if row.loads and row.person is not None:
            backends.setdefault(row.person, set()).add(row.backend)
    return SignedIn(Counter(frozenset(of_one) for of_one in backends.values()), component)


def fates(old: Configuration, new: Configuration, backend: str | None = None) -> frozenset[Lost | None]:
    """What can become of a session made by that backend; of one whose backend is not known, by each that old has."""
    flow = old.flow("backends")
    made_by = (flow.values if flow else None) or (None,) if backend is None else (backend,)
    return frozenset(survives(old, new, MadeSession(one)) for one in made_by)


def losing(old: Configuration, new: Configuration, signed_in: SignedIn) -> int | None:
    """How many people lose a session; None if it hangs on what is not known of theirs."""
    lost = 0
    for backends, people in signed_in.people.items():
        told = [fates(old, new, backend) for backend in backends]
        if any(None not in fate for fate in told):
            lost += people
        elif any(fate != {None} for fate in told):
            return None
    return lost
