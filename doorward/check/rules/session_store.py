"""Where sessions are kept: can they be written, and will those that are there be found?"""

from __future__ import annotations

import re

from doorward.check.places import place
from doorward.check.rule import ALL_BUT_STRANGERS, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.survival import SAME_ROWS, SERIALIZED, same_engine, store_of
from doorward.check.token_in_session import also_forms
from doorward.model.configuration import Configuration
from doorward.model.fact import Store
from doorward.model.finding import Difference, Severity, What

_SESSIONS = "https://docs.djangoproject.com/en/5.2/topics/http/sessions/"
_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
_RELEASE = "https://docs.djangoproject.com/en/5.2/releases/5.0/#features-removed-in-5-0"
_PLACES = (
    "DATABASES",
    "CACHES.",
    "SESSION_FILE_PATH",
    "SESSION_CACHE_ALIAS",
    "SESSION_REDIS",  # django-redis-sessions
    "database.path",
    "redis_connection_url",  # oauth2-proxy, and the two below
    "redis_sentinel_",
    "redis_cluster_",
    "session.redis",  # the school and Authelia
)
"""How the settings begin that say where sessions lie."""
_MANY_SESSIONS = 10_000
"""Above this a limit was chosen with people in mind; 300 is what stands when none was."""
_PERSON = re.compile(r"(?<=://)[^/@\s]*@")
_SIGNED_OUT = effect("everyone signed in", "at once", "is signed out", What.EXISTING_SESSION)
_KNOWN_ONLY = effect("everyone but strangers", "at once", "gets an error page (500)", *ALL_BUT_STRANGERS)
_WHEN_FORGOTTEN = effect("everyone signed in", "when the cache forgets the session", "is signed out")
_NO_TABLES = effect("everyone with a session or an account", "at once", "gets an error page (500)", *ALL_BUT_STRANGERS)
_ERROR_PAGE = effect("everyone", "at once", "gets an error page (500), whatever the page", *EVERYTHING)


def _pointer(store: Store, django: str, school: str) -> str:
    return django if store.where.pointer.isupper() else school


@rule(
    "STORE-01",
    severity=Severity.OUTAGE,
    effect=_ERROR_PAGE,
    catalogue=("DJ-19", "DJ-20", "DJ-22", "DJ-37"),
    sources=(
        _SESSIONS + "#session-serialization",
        _RELEASE,
        "measured: django-sessions, a class that is gone",
    ),
)
def cannot_be_had(new: Configuration) -> Hits:
    """The session engine, its serializer or its cache cannot be had.

    Why: Django looks for them at each request, not at the start: the process starts, its health check is green, and
    every page that touches a session is an error page. PickleSerializer, for one, is gone since Django 5.0.

    Fix: name a class that the installed version has, for sessions usually
    `django.contrib.sessions.serializers.JSONSerializer`.
    """
    store = store_of(new)
    for broken in store.broken if store else ():
        assert store is not None
        pointer, _, why = broken.partition(": ")
        setting = new.setting(pointer)
        named = f" {setting.shown}" if setting and setting.shown else ""
        hurt = _KNOWN_ONLY if pointer == "INSTALLED_APPS" else None
        yield Hit(place(new, pointer, store.where.path), f"the value{named} cannot be used: {why}", effect=hurt)


@rule(
    "STORE-02",
    severity=Severity.OUTAGE,
    effect=_SIGNED_OUT,
    catalogue=("DJ-16", "OP-17"),
    sources=(_SESSIONS + "#configuring-the-session-engine", "measured: django-sessions, SESSION_ENGINE"),
)
def engine_changed(old: Configuration, new: Configuration) -> Hits:
    """Sessions are kept by another engine.

    Why: the new engine does not find the sessions of the old one. Everyone signs in again, and putting the old engine
    back does not help those who came by: their cookie is gone.

    Fix: keep the engine (`db` and `cached_db` find each other's sessions), or announce it and change at a quiet hour.
    """
    before, after = store_of(old), store_of(new)
    if before is None or after is None or before.engine is None or after.engine is None or after.broken:
        return
    if not same_engine(before, after):
        change = Difference(after.where.pointer, before.engine, after.engine)
        message = f"sessions are in another store: {before.engine} becomes {after.engine}"
        yield Hit(after.where, message, change, effect=also_forms(old, new))


@rule(
    "STORE-03",
    severity=Severity.OUTAGE,
    effect=_SIGNED_OUT,
    catalogue=("DJ-22",),
    sources=(_SETTINGS + "#session-serializer", "measured: django-sessions, SESSION_SERIALIZER"),
)
def serializer_changed(old: Configuration, new: Configuration) -> Hits:
    """Sessions are written by another serializer.

    Why: the new one cannot read what the old one wrote, and an unreadable session is an empty one. A cache writes in
    its own way: with `cached_db` people go on until the cache is emptied or full, and then their row cannot be read.

    Fix: keep the serializer, or change it at a quiet hour.
    """
    before, after = store_of(old), store_of(new)
    if before is None or after is None or not (before.serializer and after.serializer) or after.broken:
        return  # what cannot be had at all is STORE-01
    if before.serializer == after.serializer or not same_engine(before, after):
        return
    pointer = _pointer(after, "SESSION_SERIALIZER", "session.serializer")
    change = Difference(pointer, before.serializer, after.serializer)
    where = place(new, pointer, after.where.path)
    if after.engine in SERIALIZED or {before.engine, after.engine} == SAME_ROWS:
        yield Hit(where, "stored sessions do not read any more", change, effect=also_forms(old, new))
    elif after.engine == "cached_db":
        message = "sessions that the cache forgets do not read any more from the database"
        yield Hit(where, message, change, Severity.NOTE, _WHEN_FORGOTTEN)


@rule(
    "STORE-04",
    severity=Severity.OUTAGE,
    effect=_SIGNED_OUT,
    catalogue=("DJ-21", "DJ-44", "RS-04", "RS-08"),
    sources=(_SETTINGS + "#key-prefix", "measured: django-sessions, KEY_PREFIX changed"),
)
def moved(old: Configuration, new: Configuration) -> Hits:
    """Sessions are looked for in another place: another database, cache, prefix or version.

    Why: the sessions are where they were, but nobody looks there. Where accounts lie in the same database, they are
    elsewhere too.

    Fix: move the sessions with the place, or put the place back; a host name alone may change.
    """
    before, after = store_of(old), store_of(new)
    if before is None or after is None or before.place is None or after.place is None:
        return
    if after.broken:
        return  # what cannot be had at all is STORE-01
    if same_engine(before, after) and before.place != after.place:
        changed = next((p for p in _places(old, new) if p[1] != p[2]), (after.where.pointer, None, None))
        change = Difference(*changed)
        where, gone = place(new, changed[0], after.where.path), _database_gone(old, new)
        if gone:
            message = f"sessions and accounts are looked for where nothing is: {gone}"
            yield Hit(where, message, change, effect=_NO_TABLES)
        else:
            yield Hit(where, "sessions are looked for in another place", change, effect=also_forms(old, new))


def _database_gone(old: Configuration, new: Configuration) -> str:
    """Why there is no database where there was one; empty where it is there, or was as little to be seen before."""
    before, after = old.flow("database"), new.flow("database")
    if after is None or not after.broken or (before and before.broken == after.broken):
        return ""
    return after.broken[0]


def _places(old: Configuration, new: Configuration) -> tuple[tuple[str, str | None, str | None], ...]:
    """The settings that say where sessions lie, before and after."""
    told = [setting.pointer for setting in (*old.settings, *new.settings)]
    pointers = dict.fromkeys(pointer for pointer in told if pointer.startswith(_PLACES))
    return tuple((pointer, _shown(old, pointer), _shown(new, pointer)) for pointer in pointers)


def _shown(configuration: Configuration, pointer: str) -> str | None:
    setting = configuration.setting(pointer)
    return setting.shown if setting else None


@rule(
    "STORE-05",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone signed in",
        "at random, from the second request on, and at every restart",
        "is signed out",
        What.EXISTING_SESSION,
        What.OTHER_WORKER,
    ),
    catalogue=("DJ-17", "OI-12"),
    sources=(_SESSIONS + "#using-cached-sessions", "measured: django-sessions, LocMem with several workers"),
)
def one_per_process(new: Configuration) -> Hits:
    """Sessions are kept in the memory of one process.

    Why: each worker has its own, so that a session made at one is unknown at the next.

    Fix: use the database, or a cache that all workers share.
    """
    store = store_of(new)
    if store and store.shared is False:
        yield Hit(store.where, "sessions are kept in the memory of each worker by itself")


@rule(
    "STORE-06",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "cannot stay signed in", *ALL_BUT_STRANGERS),
    catalogue=("DJ-18",),
    sources=("https://docs.djangoproject.com/en/5.2/topics/cache/#dummy-caching-for-development",),
)
def kept_nowhere(new: Configuration) -> Hits:
    """Sessions are kept in a cache that keeps nothing.

    Why: the dummy cache forgets at once what it is given, so that no sign-in sticks.

    Fix: use the database, or a cache that all workers share.
    """
    store = store_of(new)
    if store and store.keeps is False:
        yield Hit(store.where, "sessions go to a cache that keeps nothing")


@rule(
    "STORE-07",
    severity=Severity.LATENT,
    effect=effect("people signed in, at random", "when many are signed in", "are signed out", What.EXISTING_SESSION),
    catalogue=("RS-01",),
    sources=("https://docs.djangoproject.com/en/5.2/topics/cache/#cache-arguments",),
)
def holds_few(new: Configuration) -> Hits:
    """Sessions are kept in a cache that drops some when it is full.

    Why: a cache in files or in a table holds 300 entries unless it is told otherwise, and then drops a third of them,
    whether or not their people are at work. Anything else that is kept in it takes its part.

    Fix: keep sessions in the database (`db`, or `cached_db` with the cache in front), or set MAX_ENTRIES far above the
    number of people.
    """
    store = store_of(new)
    if store and store.holds is not None and store.holds < _MANY_SESSIONS:
        yield Hit(store.where, f"sessions are kept in a cache that holds {store.holds} entries and then drops some")


@rule(
    "STORE-08",
    severity=Severity.PARTIAL,
    effect=effect(
        "everyone",
        "at once, if the server of the sessions does not know it",
        "gets an error page (500), whatever the page",
        *EVERYTHING,
    ),
    catalogue=("RS-05", "CC-07"),
    sources=(
        "https://docs.djangoproject.com/en/5.2/ref/settings/#password",
        "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/",
    ),
)
def another_password(old: Configuration, new: Configuration) -> Hits:
    """The service shows another name or password where sessions are kept.

    Why: the database or cache refuses it until it knows it too, and then every page that touches a session is an error
    page.

    Fix: give the server the new one first, beside the old, change the service, and take the old one off last.
    """
    store = store_of(new)
    for pointer in _credentials(old, new) if store else ():
        before, after = old.setting(pointer), new.setting(pointer)
        if before and after and before.shown and after.shown and _only_person(pointer, before.shown, after.shown):
            change = Difference(pointer, before.shown, after.shown)
            yield Hit(after.where, "sessions are asked for by another name or password", change)
            return


def _credentials(old: Configuration, new: Configuration) -> tuple[str, ...]:
    """The settings that say who asks, for the engine that is in use before and after."""
    before, after = store_of(old), store_of(new)
    if before is None or after is None or before.engine is None or after.engine is None:
        return ()
    if not same_engine(before, after) or before.place != after.place:
        return ()  # STORE-02 and STORE-04 say more
    if after.where.pointer.islower():
        return ("session.redis_url",) if after.engine == "cache" else ()
    alias = new.setting("SESSION_CACHE_ALIAS")
    cache = f"CACHES.{(alias.shown if alias else None) or 'default'}"
    return (
        (f"{cache}.LOCATION",) if after.engine == "cache" else ("DATABASES.default.PASSWORD", "DATABASES.default.USER")
    )


def _only_person(pointer: str, before: str, after: str) -> bool:
    """Whether only the name or password differs; in an address, what stands before the `@`."""
    if before == after or "digest:" not in before + after:
        return False
    return not pointer.endswith(("LOCATION", "_url")) or _PERSON.sub("", before) == _PERSON.sub("", after)


RULES = (
    cannot_be_had,
    engine_changed,
    serializer_changed,
    moved,
    one_per_process,
    kept_nowhere,
    holds_few,
    another_password,
)
