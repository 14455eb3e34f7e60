"""Redis as the store of sessions: does it drop live sessions, refuse new ones, or forget all of them?"""

from __future__ import annotations

from doorward.check.rule import GuardedService, Hit, Hits, effect, rule
from doorward.check.values import is_missing, shown, where
from doorward.model.configuration import Configuration
from doorward.model.fact import Store
from doorward.model.finding import Severity, What

_EVICTION = "https://redis.io/docs/latest/develop/reference/eviction/"
_PERSISTENCE = "https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/"
_PROXY = "https://oauth2-proxy.github.io/oauth2-proxy/configuration/sessions/#redis-storage"
_IDLE_S = 1800
"""How long the proxy's client keeps an idle connection where nothing is set (go-redis 9, ConnMaxIdleTime)."""


def _said(new: Configuration, name: str) -> str:
    """What the configuration says of it, empty where it is not known or the kind is another."""
    flow = new.flow(name) if new.kind == "redis" else None
    return flow.values[0] if flow and flow.values else ""


@rule(
    "REDIS-01",
    severity=Severity.LATENT,
    effect=effect(
        "people at random",
        "when the memory is full",
        "are signed out",
        What.EXISTING_SESSION,
        What.OPEN_FORM,
    ),
    catalogue=("RS-01",),
    sources=(_EVICTION,),
)
def sessions_evicted(new: Configuration) -> Hits:
    """When the memory is full, live sessions are dropped.

    Why: every session has an end, so it is among what `allkeys-…` and `volatile-…` may drop. A cache in the same Redis
    fills the memory, and people are signed out for it.

    Fix: keep sessions in a Redis of their own with `maxmemory-policy noeviction` and room to spare.
    """
    policy = _said(new, "eviction")
    if policy.startswith(("allkeys-", "volatile-")) and _said(new, "memory-limit") not in ("", "0"):
        yield Hit(where(new, "maxmemory-policy"), f"with {policy}, sessions are dropped when the memory is full")


@rule(
    "REDIS-02",
    severity=Severity.NOTE,
    effect=effect("everyone who signs in", "when the memory is full", "gets an error page (500)", What.NEW_SIGN_IN),
    catalogue=("RS-02",),
    sources=(_EVICTION,),
)
def writes_refused(new: Configuration) -> Hits:
    """When the memory is full, new sessions are refused.

    Why: with `noeviction` Redis answers each write with an error then. That is the lesser evil for sessions, but a
    fault of memory that looks like one of sign-in.

    Fix: watch used_memory against maxmemory, and ring the bell at 80 %.
    """
    if _said(new, "eviction") == "noeviction" and _said(new, "memory-limit") not in ("", "0"):
        yield Hit(where(new, "maxmemory"), f"above {_said(new, 'memory-limit')} bytes no new session is taken")


@rule(
    "REDIS-03",
    severity=Severity.LATENT,
    effect=effect(
        "everyone signed in",
        "at the next restart of the store",
        "is signed out",
        What.EXISTING_SESSION,
        What.OPEN_FORM,
    ),
    catalogue=("RS-03",),
    sources=(_PERSISTENCE,),
)
def forgotten_at_restart(new: Configuration) -> Hits:
    """A restart of the store forgets every session.

    Why: nothing is written to the disk: there are no snapshots and no append-only file. The next update of the machine
    signs everyone out at once, and all of them come back to the sign-in page together.

    Fix: set `appendonly yes`.
    """
    if _said(new, "kept-on-disk") == "off":
        yield Hit(where(new, "save"), "neither snapshots nor an append-only file keep the sessions")


@rule(
    "REDIS-04",
    severity=Severity.PARTIAL,
    effect=effect(
        "people at random, in quiet hours first",
        "from the next idle connection on",
        "get an error page (500)",
        What.EXISTING_SESSION,
        What.NEW_SIGN_IN,
    ),
    catalogue=("OP-18",),
    sources=(_PROXY,),
)
def idle_connections_cut(service: GuardedService) -> Hits:
    """Redis cuts idle connections before the proxy gives them up.

    Why: the proxy takes a connection from its pool that Redis has closed meanwhile, and the request that comes by it
    fails. Reloading the page helps, so nobody reports it for long.

    Fix: set redis_connection_idle_timeout of the proxy below `timeout` of Redis, or that to 0.
    """
    stores = [part for part in service.parts if part[1].kind == "redis"]
    for component, proxy in service.parts if len(stores) == 1 else ():
        limit, kept = _said(stores[0][1], "idle-timeout"), _idle_s(proxy)
        if limit not in ("", "0") and kept is not None and kept >= int(limit):
            message = f"{component.name} keeps idle connections {kept} s, and Redis cuts them after {limit} s"
            yield Hit(where(proxy, "redis_connection_idle_timeout"), message)


def _idle_s(proxy: Configuration) -> int | None:
    """How long the proxy keeps an idle connection; None where it has no sessions in Redis, or that is not known."""
    if proxy.kind != "oauth2-proxy" or not any(store.engine == "redis" for store in proxy.facts_of(Store)):
        return None
    pointer = "redis_connection_idle_timeout"
    if is_missing(proxy, pointer):
        return _IDLE_S
    text = shown(proxy, pointer) or ""
    return (int(text) or _IDLE_S) if text.isdigit() else None


RULES = (sessions_evicted, writes_refused, forgotten_at_restart, idle_connections_cut)
