"""How each probe went under the old and the new configuration, and what follows from the two. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorward.model.finding import What

PROBES: tuple[What, ...] = (
    What.EXISTING_SESSION,
    What.OPEN_FORM,
    What.ANONYMOUS_VISIT,
    What.STALE_COOKIE_SIGN_IN,
    What.NEW_SIGN_IN,
    What.SIGN_IN_NO_RETURN,
    What.SSO_RETURN,
    What.OTHER_WORKER,
)
"""The eight, in the order in which they are run and shown."""


class Reason(StrEnum):
    """Why a probe ended as it did. An error status ends it as `http-` and the status instead: see `http_reason`."""

    OK = "ok"
    SENT_BACK = "sent-back-to-sign-in"
    NOT_GUARDED = "page-opens-without-sign-in"
    NO_FORM = "no-form"
    CSRF_REFUSED = "csrf-refused"
    WRONG_PASSWORD = "wrong-password"
    LOOP = "too-many-redirects"
    ELSEWHERE = "leads-elsewhere"
    NO_ANSWER = "no-answer"
    NO_AUTHORIZE = "no-authorize-request"
    PROVIDER_REFUSED = "provider-refuses"
    NOTHING_OPEN = "nothing-made-under-old"
    NOT_STARTED = "does-not-start"
    NOT_TRIED = "not-tried"


def http_reason(status: int) -> str:
    """The reason of a probe that an error status ended: `http-500`."""
    return f"http-{status}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one probe went on one side: a Reason or `http-` and a status; `note` says what else was seen."""

    reason: str
    note: str = ""

    @property
    def works(self) -> bool:
        """Whether the person got in."""
        return self.reason == Reason.OK


class Verdict(StrEnum):
    """What the change does to a probe."""

    FINE = "fine"
    BROKEN = "broken"
    MENDED = "mended"
    WORKS_NEITHER = "works-neither"
    NOT_TRIED = "not-tried"


# (works under OLD, works under NEW) -> verdict; a probe that was not tried on either side is NOT_TRIED.
VERDICTS: dict[tuple[bool, bool], Verdict] = {
    (True, True): Verdict.FINE,
    (True, False): Verdict.BROKEN,
    (False, True): Verdict.MENDED,
    (False, False): Verdict.WORKS_NEITHER,
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One probe on both sides."""

    probe: What
    old: Outcome
    new: Outcome

    @property
    def verdict(self) -> Verdict:
        """What the change does to it."""
        if Reason.NOT_TRIED in (self.old.reason, self.new.reason):
            return Verdict.NOT_TRIED
        return VERDICTS[self.old.works, self.new.works]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The whole: what was compared, at which address, and each probe in the order of PROBES.

    `refused_writes` are the places outside the scratch that the project would have written to.
    """

    old: str
    new: str
    public_url: str
    probes: tuple[Compared, ...]
    took_s: float
    start_failure: str = ""
    refused_writes: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[What, ...]:
        """What worked under OLD and does not under NEW."""
        return tuple(one.probe for one in self.probes if one.verdict is Verdict.BROKEN)

    @property
    def is_fine(self) -> bool:
        """Whether nothing that worked is lost."""
        return not self.broken


def compared(old: dict[What, Outcome], new: dict[What, Outcome]) -> tuple[Compared, ...]:
    """Both sides' outcomes probe by probe; a side that lacks one has not tried it."""
    untried = Outcome(Reason.NOT_TRIED)
    return tuple(Compared(probe, old.get(probe, untried), new.get(probe, untried)) for probe in PROBES)
