"""The server's own configuration: its name, the proxy in front, and where realms and sessions are kept."""

from __future__ import annotations

from doorward.check.rule import EVERY_SIGN_IN, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import is_https
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.keycloak.compare import changed
from doorward.systems.keycloak.document import Section, server

_HOSTNAME = "https://www.keycloak.org/server/hostname"
_PROXY = "https://www.keycloak.org/server/reverseproxy"
_ALL = "https://www.keycloak.org/server/all-config"
_CACHING = "https://www.keycloak.org/server/caching"
_UPGRADE = "https://www.keycloak.org/docs/25.0.0/upgrading"
_OTHER_ISSUER = effect(
    "everyone",
    "at once",
    "is refused by the clients, for tokens name another issuer",
    What.EXISTING_SESSION,
    *EVERY_SIGN_IN,
    What.TOKEN_REFRESH,
)
_FORMER_KEYS = (
    "hostname-url",
    "hostname-admin-url",
    "hostname-path",
    "hostname-port",
    "hostname-strict-backchannel",
    "hostname-strict-https",
    "proxy",
)
_PRESENT_KEYS = ("proxy-headers", "proxy-trusted-addresses", "hostname-backchannel-dynamic")


@rule(
    "KEYCLOAK-S01",
    severity=Severity.OUTAGE,
    effect=_OTHER_ISSUER,
    catalogue=("KC-S01",),
    sources=(
        _HOSTNAME,
        "https://github.com/keycloak/keycloak/issues/26577",
        "https://github.com/keycloak/keycloak/issues/22312",
    ),
)
def name_follows_the_request(old: Configuration, new: Configuration) -> Hits:
    """The server's name is not fixed any more.

    Why: without `hostname` the issuer is made from each request. Tokens fetched by an inner name carry another issuer
    than those fetched from outside, and tokens from before the change are refused (`Invalid token issuer`). That the
    name becomes another one, CLIENT-02 says.

    Fix: keep `hostname` as the full address that people use.
    """
    before, after = server(old), server(new)
    if (
        before
        and after
        and before.text("hostname")
        and not after.speaks_of("hostname")
        and not after.speaks_of("hostname-url")
    ):
        where = after.where("hostname-strict" if after.speaks_of("hostname-strict") else "hostname")
        change = Difference("hostname", before.text("hostname"), None)
        yield Hit(where, f"hostname was {before.text('hostname')} and is not set any more", change)


@rule(
    "KEYCLOAK-S02",
    severity=Severity.LATENT,
    effect=effect(
        "everyone", "after the upgrade to version 26", "is sent to wrong addresses or sees a blank page", *EVERYTHING
    ),
    catalogue=("KC-S02",),
    sources=(_UPGRADE, "https://github.com/keycloak/keycloak/pull/32352"),
)
def former_keys(new: Configuration) -> Hits:
    """Keys stand in the file that newer versions pass over.

    Why: version 25 brought other keys for the server's name and 26 took the former ones out: they are read by nobody,
    and the address is made from the request.

    Fix: write the whole address in `hostname`, and `proxy-headers` for the proxy in front.
    """
    configuration = server(new)
    if configuration is None or "hostname:v1" in (configuration.text("features") or ""):
        return
    found = [key for key in _FORMER_KEYS if configuration.speaks_of(key)]
    is_newer = any(configuration.speaks_of(key) for key in _PRESENT_KEYS) or "://" in (
        configuration.text("hostname") or ""
    )
    if found:
        severity = Severity.PARTIAL if is_newer else None
        beside = ", beside keys of newer versions" if is_newer else ""
        yield Hit(
            configuration.where(found[0]),
            f"no effect since version 26{beside}: {', '.join(found)}",
            severity=severity,
        )


def _said(configuration: Configuration) -> tuple[str, ...]:
    """The headers that the proxy was said to set, lower case."""
    flow = configuration.flow("forwarded-headers")
    return tuple(name.lower() for name in flow.values or ()) if flow else ()


def _behind_tls(configuration: Configuration) -> bool:
    public = configuration.endpoint("public")
    return bool(public and is_https(public.url)) and bool(_said(configuration))


@rule(
    "KEYCLOAK-S03",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "finds forms refused (403) or cookies not kept", *EVERY_SIGN_IN),
    catalogue=("KC-S03", "KC-S04"),
    sources=(
        _PROXY,
        "https://github.com/keycloak/keycloak/issues/36833",
        "https://github.com/keycloak/keycloak/issues/42997",
    ),
)
def proxy_not_believed(new: Configuration) -> Hits:
    """The server does not believe the proxy in front, or listens for another header.

    Why: TLS ends at the proxy. Without the header Keycloak takes itself for plain HTTP: it refuses the origin of
    forms, sets cookies without Secure and sends people to http addresses.

    Fix: set `proxy-headers` to `xforwarded` or `forwarded`, whichever the proxy sets, and let it overwrite what comes
    from outside.
    """
    configuration = server(new)
    if configuration is None or not _behind_tls(new) or configuration.holds_unknown("proxy-headers"):
        return
    mode, said = configuration.text("proxy-headers"), _said(new)
    by_x = any(name.startswith("x-forwarded-") for name in said)
    if not mode and (configuration.text("proxy") or "none") == "none":
        yield Hit(configuration.where("proxy-headers"), f"no proxy-headers, and the proxy sets {', '.join(said)}")
    elif mode == "forwarded" and "forwarded" not in said:
        yield Hit(configuration.where("proxy-headers"), "Keycloak reads Forwarded, and the proxy sets X-Forwarded-*")
    elif mode == "xforwarded" and not by_x:
        yield Hit(configuration.where("proxy-headers"), "Keycloak reads X-Forwarded-*, and the proxy sets Forwarded")


@rule(
    "KEYCLOAK-S03C",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at the next start", "finds forms refused (403) or cookies not kept", *EVERY_SIGN_IN),
    catalogue=("KC-S03", "KC-S04"),
    sources=(_PROXY, "https://github.com/keycloak/keycloak/issues/41896"),
)
def proxy_not_believed_any_more(old: Configuration, new: Configuration) -> Hits:
    """The server believes other headers of the proxy, or none.

    Why: it knew from them that people come by HTTPS and under which name.

    Fix: keep `proxy-headers` as long as the proxy sets the same headers.
    """
    before, after = server(old), server(new)
    if before is None or after is None or after.holds_unknown("proxy-headers"):
        return
    was, now = before.text("proxy-headers"), after.text("proxy-headers")
    if was and was != now:
        change = Difference("proxy-headers", was, now)
        yield Hit(after.where("proxy-headers"), f"proxy-headers was {was} and is {now or 'not set'}", change)


@rule(
    "KEYCLOAK-S06",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at the next start", "gets an error of the proxy (502)", What.START, *EVERYTHING),
    catalogue=("KC-S06",),
    sources=(_PROXY, "https://www.keycloak.org/server/enabletls"),
)
def nothing_listens(new: Configuration) -> Hits:
    """TLS ends at the proxy, and the server listens on HTTPS alone.

    Why: plain HTTP is off unless it is switched on, and without a certificate there is no HTTPS either.

    Fix: set `http-enabled` to true, and let only the proxy reach the port.
    """
    configuration = server(new)
    if configuration is None or not _behind_tls(new) or configuration.holds_unknown("http-enabled"):
        return
    certificates = ("https-certificate-file", "https-key-store-file", "https-certificates-reload-period")
    has_tls = any(configuration.speaks_of(key) for key in certificates)
    is_edge = configuration.text("proxy") == "edge"
    if configuration.truth("http-enabled", False) is False and not has_tls and not is_edge:
        yield Hit(
            configuration.where("http-enabled"), "http-enabled is off and no certificate is named: nothing listens"
        )


@rule(
    "KEYCLOAK-S07",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone", "at the next start", "finds no page under the former address (404)", *EVERYTHING, What.TOKEN_REFRESH
    ),
    catalogue=("KC-S07",),
    sources=(_ALL, "https://www.keycloak.org/migration/migrating-to-quarkus"),
)
def moved_to_another_path(old: Configuration, new: Configuration) -> Hits:
    """All addresses of the server move to another path.

    Why: discovery, sign-in and tokens lie below `http-relative-path`. Clients ask at the former path, and the issuer
    they expect names it too.

    Fix: keep the path; to drop `/auth`, change the clients first or let the proxy answer both.
    """
    before, after = server(old), server(new)
    if before is None or after is None:
        return
    key = "http-relative-path"
    was, now = before.text(key, "/"), after.text(key, "/")
    if was and now and was.rstrip("/") != now.rstrip("/"):
        yield Hit(after.where(key), f"addresses move from {was} to {now}", Difference(key, was, now))


@rule(
    "KEYCLOAK-S10",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose next request meets another node",
        "at random",
        "must begin again, or are signed out",
        What.EXISTING_SESSION,
        What.OTHER_WORKER,
    ),
    catalogue=("KC-S10",),
    sources=(_CACHING,),
)
def nodes_apart(old: Configuration, new: Configuration) -> Hits:
    """Nodes do not share their cache any more.

    Why: sign-ins under way lie in the cache. With `local`, each node has its own; the code that one gave out is unknown
    to the next.

    Fix: keep `cache=ispn` where more than one node answers.
    """
    before, after = server(old), server(new)
    if before and after and before.text("cache", "ispn") == "ispn" and after.text("cache") == "local":
        yield Hit(
            after.where("cache"),
            "each node keeps its cache to itself",
            Difference("cache", before.text("cache"), "local"),
        )


@rule(
    "KEYCLOAK-S11",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone signed in",
        "at this restart and every one after",
        "is signed out",
        What.EXISTING_SESSION,
        What.TOKEN_REFRESH,
    ),
    catalogue=("KC-S11",),
    sources=(_CACHING + "#_volatile_user_sessions",),
)
def sessions_in_memory(old: Configuration, new: Configuration) -> Hits:
    """Sessions are kept in memory alone.

    Why: without `persistent-user-sessions`, they are in the cache and nowhere else: those in the database are not
    looked for, and a restart of all nodes loses the rest.

    Fix: leave the feature on.
    """
    before, after = server(old), server(new)
    if before is None or after is None or before.holds_unknown("features-disabled"):
        return
    key, feature = "features-disabled", "persistent-user-sessions"
    if feature in _features(after, key) and feature not in _features(before, key):
        change = Difference(key, before.text(key), after.text(key))
        yield Hit(after.where(key), "sessions live in memory only after this change", change)


def _features(configuration: Section, key: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in (configuration.text(key) or "").split(","))


@rule(
    "KEYCLOAK-S12",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone", "at the next start", "finds no realm, no account and no session", *EVERYTHING, What.TOKEN_REFRESH
    ),
    catalogue=("KC-S12",),
    sources=("https://www.keycloak.org/server/db",),
)
def other_database(old: Configuration, new: Configuration) -> Hits:
    """The server uses another database.

    Why: realms, clients, people and sessions are in the former one. An empty database is filled with a new `master`
    alone, and the health check is green.

    Fix: move the data first, with the server stopped; if only its address changes, check that it is the same database.
    """
    before, after = server(old), server(new)
    if before is None or after is None:
        return
    for key in ("db", "db-url", "db-url-host", "db-url-database", "db-url-port", "db-schema"):
        if step := changed(before, after, key):
            yield Hit(after.where(key), f"{key} was {step.before} and is {step.after}", step)


RULES = (
    name_follows_the_request,
    former_keys,
    proxy_not_believed,
    proxy_not_believed_any_more,
    nothing_listens,
    moved_to_another_path,
    nodes_apart,
    sessions_in_memory,
    other_database,
)
