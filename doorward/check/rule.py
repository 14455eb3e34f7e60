"""A rule: one small pure function over Facts, and what it means for people when it speaks.

The decorator `rule` turns a function into a Rule; the function's docstring is its manual page. Its annotations say
which of the four signatures it has:

- `check(new: Configuration)`: this file;
- `check(old: Configuration, new: Configuration)`: the step from one to the next;
- `check(service: GuardedService)`: all configurations of a service, by component;
- `check(new: Configuration, seen: Observation)`: a file and what its addresses answer now.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from doorward.errors import ExtensionInvalid
from doorward.model.configuration import Configuration
from doorward.model.fact import Where
from doorward.model.finding import Difference, Effect, Severity, What
from doorward.model.observation import Observation
from doorward.model.service import Component


class Tell(StrEnum):
    """What a rule must see to tell."""

    FILE = "this file"
    CHANGE = "old and new"
    SERVICE = "the whole service"
    LIVE = "file and live probe"


@dataclass(frozen=True, slots=True)
class GuardedService:
    """All configurations of a service, each with the component that it belongs to.

    Of several environments `parts` are those of one, with those that serve all; `beside` are those of the others.
    """

    parts: tuple[tuple[Component, Configuration], ...]
    beside: tuple[tuple[Component, Configuration], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found at one place; effect, severity and fix are the rule's own unless the place says otherwise."""

    where: Where
    message: str
    change: Difference | None = None
    severity: Severity | None = None
    effect: Effect | None = None
    fix: str | None = None


Hits = Iterator[Hit]
FileCheck = Callable[[Configuration], Hits]
ChangeCheck = Callable[[Configuration, Configuration], Hits]
ServiceCheck = Callable[[GuardedService], Hits]
LiveCheck = Callable[[Configuration, Observation], Hits]
Check = FileCheck | ChangeCheck | ServiceCheck | LiveCheck

_TELLS: dict[tuple[str, ...], Tell] = {
    ("Configuration",): Tell.FILE,
    ("Configuration", "Configuration"): Tell.CHANGE,
    ("GuardedService",): Tell.SERVICE,
    ("Configuration", "Observation"): Tell.LIVE,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`catalogue` are the rows of the catalogue of misconfigurations that it tells; `sources` what it rests on."""

    id: str
    severity: Severity
    effect: Effect
    catalogue: tuple[str, ...]
    sources: tuple[str, ...]
    tell: Tell
    page: str
    check: Check

    @property
    def title(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0].rstrip(".")

    @property
    def fix(self) -> str:
        """What the page says to do, in one line."""
        _, _, fix = self.page.partition("\nFix: ")
        return " ".join(fix.partition("\n\n")[0].split())


def rule(
    identity: str, *, severity: Severity, effect: Effect, catalogue: tuple[str, ...], sources: tuple[str, ...]
) -> Callable[[Check], Rule]:
    """Make a Rule of a function; raises ExtensionInvalid for a page without `Why:` and `Fix:`, or without a source."""

    def made(check: Check) -> Rule:
        page = inspect.getdoc(check) or ""
        if "\nWhy: " not in page or "\nFix: " not in page or not sources:
            raise ExtensionInvalid(
                f"rule {identity} lacks a part",
                where=check.__module__,
                fix="its docstring needs paragraphs that begin with `Why: ` and `Fix: `, and it needs a source",
            )
        return Rule(identity, severity, effect, catalogue, sources, _tell(identity, check), page, check)

    return made


def effect(who: str, when: str, symptom: str, *what: What) -> Effect:
    """Who × when × symptom × what, in the order in which it is read aloud."""
    return Effect(who, what, when, symptom)


def _tell(identity: str, check: Check) -> Tell:
    names = tuple(str(p.annotation).rpartition(".")[2] for p in inspect.signature(check).parameters.values())
    if names not in _TELLS:
        raise ExtensionInvalid(
            f"rule {identity} asks for ({', '.join(names)})",
            where=check.__module__,
            fix="annotate one of: " + "; ".join(", ".join(known) for known in _TELLS),
        )
    return _TELLS[names]


# What breaks together. A sign-in whose cookie or form is refused fails however it is begun.
EVERY_SIGN_IN = (
    What.STALE_COOKIE_SIGN_IN,
    What.NEW_SIGN_IN,
    What.SIGN_IN_NO_RETURN,
    What.SSO_RETURN,
    What.OTHER_WORKER,
)
EVERY_FORM = (What.OPEN_FORM, *EVERY_SIGN_IN)
# Those who come with no cookie of the form: a form opened before has one, and so has a browser that was here before.
EVERY_NEW_FORM = (What.NEW_SIGN_IN, What.SIGN_IN_NO_RETURN, What.OTHER_WORKER)
# A provider vouches for those who come back from it: their password is not asked for.
EVERY_PASSWORD = (What.OPEN_FORM, What.STALE_COOKIE_SIGN_IN, *EVERY_NEW_FORM)
# A stranger without a cookie is shown the form without a look at sessions or accounts.
ALL_BUT_STRANGERS = (What.EXISTING_SESSION, *EVERY_FORM)
EVERYTHING = (What.EXISTING_SESSION, What.OPEN_FORM, What.ANONYMOUS_VISIT, *EVERY_SIGN_IN)
