"""Stored passwords: can those that are there still be checked?"""

from __future__ import annotations

from doorward.check.rule import EVERY_PASSWORD, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity

_STORED = "https://docs.djangoproject.com/en/5.2/topics/auth/passwords/"


def _algorithms(configuration: Configuration) -> tuple[str, ...]:
    flow = configuration.flow("hash-algorithms")
    return tuple(name for name in (flow.values or ()) if name) if flow else ()


@rule(
    "PASSWORD-01",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose password was stored that way",
        "from the next sign-in on",
        "are told that their password is wrong",
        *EVERY_PASSWORD,
    ),
    catalogue=("DJ-40",),
    sources=(_STORED + "#how-django-stores-passwords", "measured: django-sessions, PASSWORD_HASHERS"),
)
def no_longer_read(old: Configuration, new: Configuration) -> Hits:
    """A way in which passwords are stored is not read any more.

    Why: a stored password names its algorithm. Without a hasher for it no password fits, and the person is told that
    it is wrong. Where it was the first of the list, that is nearly everyone.

    Fix: keep the former hashers below the new one; passwords move over as people sign in.
    """
    flow, before, after = new.flow("hashers"), _algorithms(old), _algorithms(new)
    if flow is None or not before or not after:
        return
    for name in before:
        if name not in after:
            change = Difference(flow.where.pointer, ", ".join(before), ", ".join(after))
            severity = Severity.OUTAGE if name == before[0] else Severity.PARTIAL
            severity = severity if flow.values and name in _likely(before) else Severity.NOTE
            yield Hit(flow.where, f"passwords stored as {name} cannot be checked any more", change, severity)


def _likely(before: tuple[str, ...]) -> tuple[str, ...]:
    """The algorithms that stored passwords may have: the preferred one, and those that a default list lets stand.

    Django's own list ends with three that nobody has unless they were once preferred.
    """
    unusual = {"pbkdf2_sha1", "bcrypt_sha256", "scrypt"}
    return tuple(name for name in before if name == before[0] or name not in unusual)


@rule(
    "PASSWORD-02",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", "gets an error page (500)", *EVERY_PASSWORD),
    catalogue=("DJ-41",),
    sources=(_STORED + "#using-argon2-with-django", "measured: django-sessions"),
)
def library_missing(new: Configuration) -> Hits:
    """The preferred way to store passwords cannot be used.

    Why: at a sign-in with the right password, Django stores it anew in the preferred way, and ends in an error page
    when the library for it is missing.

    Fix: install the library (argon2-cffi, bcrypt), or prefer a hasher that needs none.
    """
    flow = new.flow("hashers")
    if flow and flow.values == ():
        yield Hit(flow.where, "the list of hashers is empty")
    if flow is None or not flow.values:
        return
    chosen = new.setting(flow.where.pointer) is not None
    for broken in flow.broken:
        if broken.startswith(flow.values[0] + ":"):
            yield Hit(flow.where, broken)
        elif chosen:
            yield Hit(flow.where, broken, severity=Severity.NOTE)


@rule(
    "PASSWORD-03",
    severity=Severity.NOTE,
    effect=effect("people signed in on several devices", "at their next sign-in", "are signed out on the others"),
    catalogue=("DJ-40",),
    sources=(_STORED + "#password-upgrading", "measured: django-sessions, PASSWORD_HASHERS, a new one preferred"),
)
def stored_anew(old: Configuration, new: Configuration) -> Hits:
    """Passwords are stored in another way from now on.

    Why: at the next sign-in the password is stored anew, and that ends the person's other sessions.

    Fix: nothing to mend; expect a few more sign-ins.
    """
    flow, before, after = new.flow("hashers"), _algorithms(old), _algorithms(new)
    if flow and before and after and before[0] != after[0] and before[0] in after:
        change = Difference(flow.where.pointer, before[0], after[0])
        yield Hit(flow.where, f"passwords are stored as {after[0]} at the next sign-in", change)


RULES = (no_longer_read, library_missing, stored_anew)
