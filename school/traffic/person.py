"""One person of the school: who they are, their browser, and what has gone wrong for them so far."""

from collections.abc import Callable
from dataclasses import dataclass, field

from school.traffic.browser import Browser, Symptom
from school.traffic.networks import Network
from school.traffic.truth import Act, Action, Truth

FAILURES_BEFORE_SUPPORT = 2
_MOST_PUT_ASIDE = 3  # phone, laptop and a computer at school


@dataclass(slots=True)
class Person:
    """`hashed` is the keyed hash of the user name, as logs have it; `put_aside` are devices used before, signed in."""

    username: str
    password: str
    hashed: str
    network: Network
    browser: Browser
    is_busy: bool = False
    is_in: bool = False
    failures: int = 0
    has_written: bool = False
    put_aside: list[Browser] = field(default_factory=list)

    @property
    def devices(self) -> list[Browser]:
        return [*self.put_aside, self.browser]

    def take_another_device(self) -> None:
        """A browser without cookies. The earlier one stays signed in; the oldest of many is forgotten."""
        self.put_aside = [*self.put_aside, self.browser][-_MOST_PUT_ASIDE:]
        self.browser = self.browser.fresh()
        self.is_in = False


@dataclass(slots=True)
class Witness:
    """Writes down what happens to a person, with the session they hold at that moment."""

    truth: Truth
    session_cookie: str
    hash_session: Callable[[str], str]

    def note(
        self, person: Person, action: Action, ok: bool, symptom: Symptom | None = None, status: int | None = None
    ) -> None:
        self.note_at(person, person.browser, action, ok, symptom, status)

    def note_at(
        self, person: Person, device: Browser, action: Action, ok: bool, symptom: Symptom | None, status: int | None
    ) -> None:
        session = self.session_on(device)
        self.truth.note(Act(person.hashed, person.network.kind, action, ok, symptom, session, status))

    def session_on(self, device: Browser) -> str | None:
        """Hash of the provider's session that the device holds, None without one."""
        held = device.cookie(self.session_cookie)
        return None if held is None else self.hash_session(held)
