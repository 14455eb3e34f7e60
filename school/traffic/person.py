"""One person of the school: who they are, their browser, and what has gone wrong for them so far."""

from collections.abc import Callable
from dataclasses import dataclass

from school.traffic.browser import Browser, Symptom
from school.traffic.networks import Network
from school.traffic.truth import Act, Action, Truth

FAILURES_BEFORE_SUPPORT = 2


@dataclass(slots=True)
class Person:
    """`hashed` is the keyed hash of the user name, as logs have it."""

    username: str
    password: str
    hashed: str
    network: Network
    browser: Browser
    is_busy: bool = False
    signed_in_at_s: float = float("-inf")
    failures: int = 0
    has_written: bool = False


@dataclass(slots=True)
class Witness:
    """Writes down what happens to a person, with the session they hold at that moment."""

    truth: Truth
    session_cookie: str
    hash_session: Callable[[str], str]

    def note(
        self, person: Person, action: Action, ok: bool, symptom: Symptom | None = None, status: int | None = None
    ) -> None:
        act = Act(person.hashed, person.network.kind, action, ok, symptom, self.session_of(person), status)
        self.truth.note(act)

    def session_of(self, person: Person) -> str | None:
        held = person.browser.cookie(self.session_cookie)
        return None if held is None else self.hash_session(held)
