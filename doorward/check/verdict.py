"""What a change does to the sessions that there are: a verdict with its reason, how many people, and what to do. Pure.

In: old and new, what the rules say of the change, and who is signed in, if anybody said. Out: a SessionVerdict. What
neither `survives` nor a rule can tell is said to be not known; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from doorward.check.instead import instead
from doorward.check.rollback import MEASURED, Helps, rollback_helps
from doorward.check.signed_in import SignedIn, fates, losing
from doorward.check.survival import Lost, signing_key, store_of
from doorward.model.configuration import Configuration
from doorward.model.fact import SigningKey
from doorward.model.finding import Finding, Severity, What


class Verdict(StrEnum):
    """What becomes of the sessions; the worst first."""

    LOST = "lost"
    NOT_SERVED = "kept, but not served"
    IN_PART = "lost in part"
    UNKNOWN = "not known"
    HONOURED = "honoured"


@dataclass(frozen=True, slots=True)
class SessionVerdict:
    """`reason` is empty where all is well; `counted` are the people signed in and `lost` those of them whose session is
    not honoured, each None where it is not known; `instead` is empty where there is nothing better to do."""

    target: str
    verdict: Verdict
    reason: str
    rollback: Helps
    instead: tuple[str, ...] = ()
    counted: int | None = None
    lost: int | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    verdict: Verdict
    reason: str = ""
    lost: Lost | None = None
    instead: tuple[str, ...] = ()


def verdict(
    old: Configuration, new: Configuration, brought: Sequence[Finding], signed_in: SignedIn | None, today: date
) -> SessionVerdict:
    """`brought` is what the rules say of `new` and did not say of `old` alone."""
    told = _told(old, new, brought)
    counted = signed_in.total if signed_in else None
    return SessionVerdict(
        f"{new.kind}:{new.target}",
        told.verdict,
        told.reason,
        _rollback(old, new, told),
        instead(old, new, told.lost, today) if told.lost else told.instead,
        counted,
        _lost(old, new, told, signed_in),
    )


def _told(old: Configuration, new: Configuration, brought: Sequence[Finding]) -> _Answer:
    if new.start_error is not None or old.start_error is not None:
        return _not_started(old, new)
    can = fates(old, new)
    lost = next((lost for lost in Lost if lost in can), None)
    if lost:
        which = Verdict.NOT_SERVED if lost is Lost.STORE_BROKEN else Verdict.LOST
        return _Answer(Verdict.IN_PART if None in can else which, lost, lost)
    if _drops_a_former_key(old, new):
        return _Answer(
            Verdict.IN_PART, "a former key signed some of them, and is not accepted any more", Lost.SIGNING_KEY
        )
    return _by_the_rules(new, brought) or _as_far_as_known(old, new)


def _not_started(old: Configuration, new: Configuration) -> _Answer:
    error = new.start_error
    if error is None:
        return _Answer(Verdict.UNKNOWN, "the old configuration cannot be loaded here")
    if error.unset or error.dependency:
        return _Answer(Verdict.UNKNOWN, "the new configuration cannot be loaded here")
    return _Answer(Verdict.NOT_SERVED, f"the service does not start with it: {error.kind}")


def _drops_a_former_key(old: Configuration, new: Configuration) -> bool:
    former = {
        key.digest for key in old.facts_of(SigningKey) if key.purpose == "session" and key.fallback and key.digest
    }
    accepted = {key.digest for key in new.facts_of(SigningKey) if key.purpose == "session"}
    return None not in accepted and not former <= accepted


def _by_the_rules(new: Configuration, brought: Sequence[Finding]) -> _Answer | None:
    """The worst finding that says something of existing sessions, where the comparison says that they are kept."""
    of_sessions = [one for one in brought if What.EXISTING_SESSION in one.effect.what or What.START in one.effect.what]
    for finding in sorted(of_sessions, key=lambda one: one.severity.rank):
        effect = finding.effect
        if finding.severity is Severity.OUTAGE:
            which = Verdict.NOT_SERVED if new.kind in MEASURED else Verdict.LOST
            return _Answer(which, f"{effect.symptom} ({finding.rule})", instead=(finding.fix,))
        if finding.severity is Severity.PARTIAL:
            return _Answer(Verdict.IN_PART, f"{effect.who}: {effect.symptom} ({finding.rule})", instead=(finding.fix,))
    return None


def _as_far_as_known(old: Configuration, new: Configuration) -> _Answer:
    if new.kind not in MEASURED or store_of(new) is None or store_of(old) is None:
        return _Answer(Verdict.UNKNOWN, f"what a {new.kind} does with its sessions is not in this file")
    names = ((c.name if c else None) for c in (old.cookie("session"), new.cookie("session")))
    keys = ((k.digest if k else None) for k in (signing_key(old), signing_key(new)))
    engines = (store.engine if store else None for store in (store_of(old), store_of(new)))
    apart = {"the name of the session cookie": names, "the signing key": keys, "the session engine": engines}
    alike = []
    for what, sides in apart.items():
        before, after = sides
        if (before is None) != (after is None):
            return _Answer(Verdict.UNKNOWN, f"{what} is known on one side only")
        if before is None:
            alike.append(what)
    return _Answer(Verdict.HONOURED, f"if {' and '.join(alike)} stays as it is, which no file tells" if alike else "")


def _rollback(old: Configuration, new: Configuration, told: _Answer) -> Helps:
    if told.verdict is Verdict.NOT_SERVED:
        return Helps.YES
    if told.verdict is Verdict.UNKNOWN or (told.verdict is not Verdict.HONOURED and told.lost is None):
        return Helps.UNKNOWN
    return rollback_helps(old, new, told.lost)


def _lost(old: Configuration, new: Configuration, told: _Answer, signed_in: SignedIn | None) -> int | None:
    if signed_in is None or told.verdict is Verdict.UNKNOWN:
        return None
    if told.verdict is Verdict.HONOURED:
        return 0
    if told.verdict is Verdict.IN_PART:
        # Which key signed a session, and who works behind which network, is in no list of sessions.
        return losing(old, new, signed_in) if told.lost is Lost.BACKEND else None
    return signed_in.total
