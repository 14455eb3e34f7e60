"""Would a session that was made under the old configuration be honoured under the new one? Pure.

Source: measured, Django 5.2, 66 setting changes on five engines; held to the rules by tests/check/test_survival.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorward.model.configuration import Configuration
from doorward.model.fact import SigningKey, Store

# Engines that find each other's sessions; the other seven pairs tried do not.
SAME_ROWS = frozenset(("db", "cached_db"))
# Engines whose sessions are written by the serializer and lost with it; caches write them in their own way.
SERIALIZED = frozenset(("db", "signed_cookies", "file"))


class Lost(StrEnum):
    """Why a session is not honoured any more."""

    COOKIE_NAME = "the cookie has another name"
    STORE_BROKEN = "no session can be read at all"
    KEEPS_NOTHING = "sessions are not kept"
    ENGINE = "another engine looks for it"
    PLACE = "it is looked for in another place"
    SERIALIZER = "another serializer reads it"
    SIGNING_KEY = "its signature is by a key that is not accepted"
    BACKEND = "the backend that made it is gone"
    ACCOUNTS = "its account is of another kind"


@dataclass(frozen=True, slots=True)
class MadeSession:
    """What is known of a session: the backend that signed its person in; None = any that the old configuration had."""

    backend: str | None = None


def survives(old: Configuration, new: Configuration, session: MadeSession) -> Lost | None:
    """None if the session is honoured, else why not: the first reason that a request meets."""
    return _cookie(old, new) or _store(old, new) or _key(old, new) or _person(old, new, session)


def _cookie(old: Configuration, new: Configuration) -> Lost | None:
    before, after = old.cookie("session"), new.cookie("session")
    if before and after and before.name and after.name and before.name != after.name:
        return Lost.COOKIE_NAME
    return None


def _store(old: Configuration, new: Configuration) -> Lost | None:
    before, after = store_of(old), store_of(new)
    if before is None or after is None:
        return None
    if after.broken:
        return Lost.STORE_BROKEN
    if after.keeps is False:
        return Lost.KEEPS_NOTHING
    if not same_engine(before, after):
        return Lost.ENGINE
    if before.place and after.place and before.place != after.place:
        return Lost.PLACE
    other = before.serializer and after.serializer and before.serializer != after.serializer
    # A cache that is put before the rows is empty, and one that is taken away leaves them.
    from_rows = after.engine in SERIALIZED or {before.engine, after.engine} == SAME_ROWS
    return Lost.SERIALIZER if other and from_rows else None


def _key(old: Configuration, new: Configuration) -> Lost | None:
    """A key that is unknown on either side is no reason."""
    before = signing_key(old)
    accepted = [key.digest for key in new.facts_of(SigningKey) if key.purpose == "session"]
    if before is None or before.digest is None or not accepted or None in accepted:
        return None
    return None if before.digest in accepted else Lost.SIGNING_KEY


def _person(old: Configuration, new: Configuration, session: MadeSession) -> Lost | None:
    before, after = old.flow("backends"), new.flow("backends")
    if before and after and before.values and after.values is not None:
        made_by = (session.backend,) if session.backend else before.values
        if not set(made_by) & set(after.values):
            return Lost.BACKEND
    was, now = old.flow("user-model"), new.flow("user-model")
    if was and now and was.values and now.values and was.values != now.values:
        return Lost.ACCOUNTS
    return None


def store_of(configuration: Configuration) -> Store | None:
    """Where sessions are kept; None if the configuration has none."""
    return next(iter(configuration.facts_of(Store)), None)


def same_engine(before: Store, after: Store) -> bool:
    """Whether the new engine finds the old one's sessions; what is unknown is taken to be the same."""
    unknown = before.engine is None or after.engine is None
    return unknown or before.engine == after.engine or {before.engine, after.engine} <= SAME_ROWS


def signing_key(configuration: Configuration) -> SigningKey | None:
    """The key that signs sessions now."""
    keys = configuration.facts_of(SigningKey)
    return next((key for key in keys if key.purpose == "session" and not key.fallback), None)
