"""Dex: does a sign-in outlive a restart, do clients get people back, and do people stay who they are?"""

from __future__ import annotations

from urllib.parse import urlsplit

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.check.values import is_missing, items, shown, where
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.oidc.durations import go_seconds

_SHORTEST_S = 300
"""Five minutes: clients renew a token some time before its end, and clocks differ by a minute or two."""

_WHO_A_PERSON_IS = (
    "userSearch.idAttr",
    "userSearch.username",
    "userSearch.baseDN",
    "userSearch.filter",
    "userIDKey",
    "userNameKey",
)


@rule(
    "DEX-02",
    severity=Severity.LATENT,
    effect=effect(
        "everyone",
        "at every restart of Dex",
        "is signed out",
        What.EXISTING_SESSION,
        What.TOKEN_REFRESH,
        What.SSO_RETURN,
    ),
    catalogue=("AD-09",),
    sources=("https://dexidp.io/docs/configuration/storage/", "dexidp/dex config.dev.yaml"),
)
def kept_in_memory(new: Configuration) -> Hits:
    """Dex keeps its keys and tokens in memory.

    Why: the signing keys are drawn anew at each start, and the refresh tokens are gone: every client signs its people
    out when it next renews or checks a token.

    Fix: use `postgres`, `mysql`, `etcd`, `kubernetes`, or `sqlite3` on a disk that stays.
    """
    if new.kind == "dex" and shown(new, "storage.type") == "memory":
        yield Hit(where(new, "storage.type"), "keys and refresh tokens are kept in memory")


@rule(
    "DEX-03",
    severity=Severity.PARTIAL,
    effect=effect("people signed in", "within minutes", "are signed out", What.EXISTING_SESSION, What.TOKEN_REFRESH),
    catalogue=("AD-10", "OI-07"),
    sources=("https://dexidp.io/docs/configuration/tokens/#expiration-and-rotation-settings",),
)
def tokens_end_early(new: Configuration) -> Hits:
    """Tokens end before they can be renewed.

    Why: clients without refresh tokens sign people out when the ID token ends. A refresh token that must be used sooner
    than the ID token ends is gone when a client wants to use it.

    Fix: let ID tokens live for hours, and refresh tokens for days unused.
    """
    if new.kind != "dex":
        return
    token, unused = "expiry.idTokens", "expiry.refreshTokens.validIfNotUsedFor"
    life, idle = _seconds(new, token), _seconds(new, unused)
    whole = _seconds(new, "expiry.refreshTokens.absoluteLifetime")
    if life is not None and 0 < life < _SHORTEST_S:
        yield Hit(where(new, token), f"ID tokens live {life:g} s")
    lasts = 24 * 3600.0 if is_missing(new, token) else life
    for pointer, seconds in ((unused, idle), ("expiry.refreshTokens.absoluteLifetime", whole)):
        if lasts and seconds is not None and 0 < seconds < lasts:
            yield Hit(
                where(new, pointer), f"refresh tokens end after {seconds:g} s, before the ID token does ({lasts:g} s)"
            )


def _seconds(new: Configuration, pointer: str) -> float | None:
    text = shown(new, pointer)
    return go_seconds(text) if text else None


@rule(
    "DEX-04",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client", "from the next sign-in on", "are stopped at the provider", What.SSO_RETURN
    ),
    catalogue=("AD-08", "OI-05"),
    sources=("https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2", "dexidp/dex server/authflow/request.go"),
)
def no_way_back(new: Configuration) -> Hits:
    """A client of Dex has no address to which people could come back.

    Why: Dex sends people only to an address on the client's list, compared sign by sign. Only a public client may do
    without a list, for programs on a person's own machine.

    Fix: list the client's whole callback address.
    """
    for table in items(new, "staticClients") if new.kind == "dex" else ():
        pointer = f"{table}.redirectURIs"
        public = not is_missing(new, f"{table}.public") and shown(new, f"{table}.public") != "false"
        if is_missing(new, pointer) and not public:
            yield Hit(where(new, pointer), "the client has no callback address")
        for one in items(new, pointer):
            url = shown(new, one)
            if url and ("#" in url or url != url.strip() or not (urlsplit(url).scheme or url.startswith("/"))):
                yield Hit(where(new, one), f"{url} is no callback address that a client can ask for")


@rule(
    "DEX-05",
    severity=Severity.OUTAGE,
    effect=effect(
        "people who sign in by that connector",
        "from the next sign-in on",
        "are strangers to every client, with an empty account",
        What.NEW_SIGN_IN,
        What.SSO_RETURN,
    ),
    catalogue=("AD-11", "OI-17"),
    sources=(
        "https://dexidp.io/docs/configuration/tokens/",
        "https://dexidp.io/docs/connectors/ldap/",
        "https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability",
    ),
)
def people_become_others(old: Configuration, new: Configuration) -> Hits:
    """A connector tells people apart in another way, or is gone.

    Why: Dex makes a person's subject of the connector's id and the person's id there. Clients know people by it: with
    another one, everybody has a new and empty account, or none. Another base, filter or name decides who is found.

    Fix: keep id and `idAttr`; add a second connector beside the first, and move people over.
    """
    if new.kind != "dex":
        return
    former = {shown(old, f"{table}.id"): table for table in items(old, "connectors")}
    present = {shown(new, f"{table}.id"): table for table in items(new, "connectors")}
    for name, table in former.items():
        if name is None or None in present:
            continue
        if name not in present:
            place = where(new, items(new, "connectors")[0] if present else "connectors")
            yield Hit(place, f"the connector {name} is gone", Difference(f"{table}.id", name, None))
            continue
        yield from _ways(old, new, table, present[name])


def _ways(old: Configuration, new: Configuration, was: str, now: str) -> Hits:
    for key in _WHO_A_PERSON_IS:
        pointer = f"{now}.config.{key}"
        before, after = old.setting(f"{was}.config.{key}"), new.setting(pointer)
        if before and after and before.shown and after.shown and before.shown != after.shown:
            message = f"people are found by {after.shown}, and were by {before.shown}"
            yield Hit(where(new, pointer), message, Difference(pointer, before.shown, after.shown))


RULES = (kept_in_memory, tokens_end_early, no_way_back, people_become_others)
