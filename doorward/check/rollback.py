"""Would putting the old configuration back later still help those who came while the new one was in force? Pure.

Source: measured on Django 5.2, 57 changes on five engines, each session visited under the new settings and then again
under the old ones; a part of it is measured anew in every run of tests/check/test_rollback.py.
"""

from __future__ import annotations

from enum import StrEnum

from doorward.check.survival import Lost, MadeSession, store_of, survives
from doorward.model.configuration import Configuration

# Kinds whose sessions are Django's, which is what was measured.
MEASURED = frozenset(("django", "school"))
_DATABASE = frozenset(("db", "file"))
_CACHES = frozenset(("cache", "cached_db"))
# What a visit leaves as it was: the cookie is not looked at, the row is not found wanting, or nothing is served at all.
_UNTOUCHED = frozenset((Lost.COOKIE_NAME, Lost.BACKEND, Lost.STORE_BROKEN))
# The session is looked for where it is not: the answer takes the cookie away, and the row that is left has no key.
_NOT_FOUND = frozenset((Lost.ENGINE, Lost.PLACE, Lost.KEEPS_NOTHING))
_UNREADABLE = frozenset((Lost.SIGNING_KEY, Lost.SERIALIZER))


class Helps(StrEnum):
    """What a later rollback does for somebody who came in the meantime."""

    YES = "yes: they are signed in again"
    NOT_NEEDED = "not needed: nobody lost a session"
    ROW = "no: the visit destroyed the session on the server"
    COOKIE = "no: the visit took the cookie away"
    WRITTEN_OVER = "no: the session was written over on the way to the provider"
    MEANTIME = "no: it signs out whoever came in the meantime"
    BOUND = "not by itself: sessions made in the meantime stay bound to the narrow network, until they are cleared"
    UNKNOWN = "not known"


def rollback_helps(old: Configuration, new: Configuration, lost: Lost | None) -> Helps:
    """What putting `old` back does for those who came under `new`; `lost` is what `survives` said of them."""
    if new.kind not in MEASURED:
        return Helps.UNKNOWN
    if lost is None:
        return _of_the_meantime(old, new)
    if lost in _UNTOUCHED:
        return Helps.YES
    if lost in _NOT_FOUND:
        return Helps.COOKIE
    return _of_the_unreadable(new) if lost in _UNREADABLE else Helps.UNKNOWN


def _of_the_unreadable(new: Configuration) -> Helps:
    """A row stays as it is until somebody writes to it; a cache's entry is thrown away; a cookie is all there is."""
    store = store_of(new)
    engine = store.engine if store else None
    if engine in _DATABASE:
        # A client of a provider notes in the session whom it sends there, in place of what it could not read.
        return Helps.WRITTEN_OVER if new.flow("single-sign-on-client") else Helps.YES
    if engine in _CACHES:
        return Helps.ROW
    return Helps.COOKIE if engine == "signed_cookies" else Helps.UNKNOWN


def _of_the_meantime(old: Configuration, new: Configuration) -> Helps:
    """Nothing is lost by going; something may be by coming back."""
    if survives(new, old, MadeSession()) is not None:
        return Helps.MEANTIME
    for name in ("binding-ipv4", "binding-ipv6"):
        before, after = old.flow(name), new.flow(name)
        if before and after and before.values and after.values and int(after.values[0]) > int(before.values[0]):
            return Helps.BOUND
    return Helps.NOT_NEEDED
