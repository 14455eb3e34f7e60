"""Why sessions are lost, in; what to do instead so that they are not, or so that fewer people mind, out. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from doorward.check.survival import SAME_ROWS, Lost, signing_key, store_of
from doorward.model.configuration import Configuration
from doorward.model.fact import SessionLife

_DAY_S = 86_400
# What a kind calls its list of former keys.
_FORMER_KEYS = {"django": "SECRET_KEY_FALLBACKS", "school": "service.secret_key_fallback_files"}
_AT_A_QUIET_HOUR = "if it must be: ship it when the fewest people are signed in, and tell them before"
_INSTEAD = {
    Lost.SIGNING_KEY: "put the former key first in {former_keys}, and take it out {life} after it ships{until}: "
    "then the longest session has ended",
    Lost.COOKIE_NAME: "keep the name {cookie}: no setting reads the cookie under two names",
    Lost.STORE_BROKEN: "keep {broken} as it was until what it names now can be had where the service runs",
    Lost.KEEPS_NOTHING: "keep a store that keeps what it is given",
    Lost.ENGINE: "keep the engine {engine}: another one does not find its sessions",
    Lost.PLACE: "copy the stored sessions to the new place before it ships, while nobody can sign in",
    Lost.SERIALIZER: "use a serializer that writes in the new way and reads in both, for {life} after it ships{until}",
    Lost.BACKEND: "keep the former backend in {backends}, after the new one, for {life} after it ships{until}",
    Lost.ACCOUNTS: "no setting carries a session over to another kind of account: announce that everyone signs in anew",
}
_WITH_A_CACHE = "keep the engine {engine}, or choose {other}: those two find each other's sessions"
# Where nothing else carries the sessions over.
_NO_WAY_ROUND = frozenset((Lost.COOKIE_NAME, Lost.ENGINE, Lost.ACCOUNTS))


def instead(old: Configuration, new: Configuration, lost: Lost, today: date) -> tuple[str, ...]:
    """What to do, in the words of that kind of configuration and with this one's own session life."""
    cookie, store, backends = old.cookie("session"), store_of(old), new.flow("backends")
    engine = store.engine if store and store.engine else "as it is"
    key = signing_key(new)
    words = {
        "former_keys": _FORMER_KEYS.get(new.kind, f"the list of former keys beside {key.where.pointer}" if key else ""),
        "cookie": cookie.name if cookie else "",
        "broken": _broken(new),
        "engine": engine,
        "other": next(iter(SAME_ROWS - {engine})),
        "backends": backends.where.pointer if backends else "",
        "life": longest_life(old),
        "until": _until(old, today),
    }
    template = _WITH_A_CACHE if lost is Lost.ENGINE and engine in SAME_ROWS else _INSTEAD[lost]
    told = template.format_map(words)
    return (told, _AT_A_QUIET_HOUR) if lost in _NO_WAY_ROUND else (told,)


def _broken(new: Configuration) -> str:
    """The settings that name what cannot be had."""
    store = store_of(new)
    told = [fault.partition(":")[0] for fault in store.broken] if store else []
    return " and ".join(dict.fromkeys(told)) or "the session store"


def longest_life(configuration: Configuration) -> str:
    """The longest session's life as people say it."""
    life_s = _life_s(configuration)
    if life_s is None:
        return "the longest session's life"
    for name, length_s in (("day", _DAY_S), ("hour", 3600), ("minute", 60), ("second", 1)):
        if life_s >= length_s and life_s % length_s == 0:
            count = life_s // length_s
            return f"{count} {name}{'s' if count != 1 else ''}"
    return "no time"


def _until(configuration: Configuration, today: date) -> str:
    """The day on which the last session of today has ended, where that is another day."""
    life_s = _life_s(configuration)
    if life_s is None or life_s < _DAY_S:
        return ""
    return f" (on {today + timedelta(days=-(-life_s // _DAY_S))} if it ships today)"


def _life_s(configuration: Configuration) -> int | None:
    return next((life.life_s for life in configuration.facts_of(SessionLife)), None)
