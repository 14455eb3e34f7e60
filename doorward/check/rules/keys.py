"""The key that signs sessions: is it the same as before, and the same in every process?"""

from __future__ import annotations

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.check.survival import SERIALIZED, signing_key, store_of
from doorward.check.token_in_session import also_forms
from doorward.model.configuration import Configuration
from doorward.model.fact import SigningKey
from doorward.model.finding import Difference, Effect, Severity, What

_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"


def _change(old: Configuration, new: Configuration) -> tuple[SigningKey, Difference] | None:
    """The new key and the difference, if both are known and they differ."""
    before, after = signing_key(old), signing_key(new)
    if before is None or after is None or before.digest is None or after.digest is None:
        return None
    if before.digest == after.digest:
        return None
    return after, Difference(after.where.pointer, before.digest, after.digest)


def _still_accepted(old: Configuration, new: Configuration) -> bool:
    before = signing_key(old)
    accepted = [key.digest for key in new.facts_of(SigningKey) if key.fallback]
    return before is not None and (before.digest in accepted or None in accepted)


@rule(
    "KEY-01",
    severity=Severity.OUTAGE,
    effect=effect("everyone signed in", "at once", "is signed out", What.EXISTING_SESSION),
    catalogue=("DJ-01", "OP-01"),
    sources=(_SETTINGS + "#secret-key", "measured: django-sessions, SECRET_KEY, no fallback"),
)
def replaced(old: Configuration, new: Configuration) -> Hits:
    """The signing key is replaced, and the former one is not accepted any more.

    Why: sessions, password-reset links and signed cookies carry a signature by the former key. All of them become
    invalid at once. With a cache engine the stored sessions are destroyed too, so that putting the key back does not
    help.

    Fix: put the former key first in the list of fallback keys, and take it out when the longest session has ended.
    """
    changed = _change(old, new)
    if changed and not _still_accepted(old, new):
        message = "the signing key is replaced and no fallback accepts the former one"
        yield Hit(changed[0].where, message, changed[1], effect=_forms_too(old, new))


def _forms_too(old: Configuration, new: Configuration) -> Effect | None:
    """A cache does not sign what it keeps: there only those who are signed in are known by the key."""
    store = store_of(new)
    return also_forms(old, new) if store and store.engine in SERIALIZED else None


@rule(
    "KEY-02",
    severity=Severity.NOTE,
    effect=effect("people with several tabs open", "once, at their next request", "may be signed out in one of them"),
    catalogue=("DJ-03",),
    sources=(_SETTINGS + "#secret-key-fallbacks", "measured: django-sessions, SECRET_KEY with SECRET_KEY_FALLBACKS"),
)
def rotated(old: Configuration, new: Configuration) -> Hits:
    """The signing key is replaced, and the former one still accepted.

    Why: at the first request after it the session gets a new key, so that a request under way with the old cookie is
    sent to the sign-in form.

    Fix: rotate at a quiet hour.
    """
    changed = _change(old, new)
    if changed and _still_accepted(old, new):
        yield Hit(changed[0].where, "the signing key is rotated; parallel tabs may be signed out once", changed[1])


@rule(
    "KEY-03",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone signed in",
        "at every restart, and at random where several processes answer",
        "is signed out",
        What.EXISTING_SESSION,
        What.OTHER_WORKER,
    ),
    catalogue=("DJ-02",),
    sources=(_SETTINGS + "#secret-key", "measured: django-sessions, SECRET_KEY"),
)
def drawn_at_start(new: Configuration) -> Hits:
    """The signing key is drawn anew at each start.

    Why: each process has another key, so that a session made by one is invalid at the next, and none outlives a
    restart.

    Fix: draw the key once, keep it in a file or a secret store, and read it from there.
    """
    for key in new.facts_of(SigningKey):
        if key.constant is False and not key.fallback:
            yield Hit(key.where, "two starts of these settings have two signing keys")


@rule(
    "KEY-04",
    severity=Severity.PARTIAL,
    effect=effect("people whose session a former key signed", "at once", "are signed out", What.EXISTING_SESSION),
    catalogue=("DJ-01", "DJ-03"),
    sources=(_SETTINGS + "#secret-key-fallbacks",),
)
def fallback_dropped(old: Configuration, new: Configuration) -> Hits:
    """A former key is not accepted any more.

    Why: sessions that were made under it, and not used since the rotation, are invalid from now on.

    Fix: take a former key out only when the longest session made under it has ended.
    """
    kept = {key.digest for key in new.facts_of(SigningKey)}
    for key in old.facts_of(SigningKey):
        if key.fallback and key.digest and key.digest not in kept and None not in kept:
            change = Difference(key.where.pointer, key.digest, None)
            yield Hit(key.where, "sessions and links under this former key become invalid", change)


@rule(
    "KEY-05",
    severity=Severity.NOTE,
    effect=effect("everyone signed in", "at once, if the content differs", "is signed out"),
    catalogue=("DJ-01",),
    sources=(_SETTINGS + "#secret-key",),
)
def other_file(old: Configuration, new: Configuration) -> Hits:
    """The signing key comes from another file, and what it holds is not known here.

    Why: if the new file holds another key, everyone is signed out.

    Fix: check where both files can be read, or name the former file among the fallbacks.
    """
    before, after = signing_key(old), signing_key(new)
    if before is None or after is None or None not in (before.digest, after.digest):
        return
    pointer = after.where.pointer
    named, now = old.setting(pointer), new.setting(pointer)
    if named and now and named.shown and now.shown and named.shown != now.shown and pointer.endswith("_file"):
        yield Hit(after.where, "the signing key is read from another file", Difference(pointer, named.shown, now.shown))


RULES = (replaced, rotated, drawn_at_start, fallback_dropped, other_file)
