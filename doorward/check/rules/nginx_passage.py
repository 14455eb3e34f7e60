"""nginx in front of sign-in: what it does to cookies and answers on their way, and how many come through."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doorward.check.rule import EVERY_SIGN_IN, Hit, Hits, effect, rule
from doorward.check.web_address import cookie_domain_covers
from doorward.model.configuration import Configuration
from doorward.model.fact import Where
from doorward.model.finding import Difference, Effect, Severity, What
from doorward.systems.nginx.document import Directive, NginxConfiguration, all_of
from doorward.systems.nginx.places import Place, every

_PROXY = "https://nginx.org/en/docs/http/ngx_http_proxy_module.html"
_CORE = "https://nginx.org/en/docs/http/ngx_http_core_module.html"
_LIMIT = "https://nginx.org/en/docs/http/ngx_http_limit_req_module.html"
_OAUTH2 = "https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview"
_LOOP = effect(
    "everyone who signs in", "from the next sign-in on", "gets the sign-in form again for ever", *EVERY_SIGN_IN
)
_SMALLEST_BYTES = 8192
"""A token with a person's groups and a session's cookies fill 4 KiB; 8 KiB is nginx's own default on most machines."""

_CLASS = 30
"""A class of thirty signs in behind one address within a minute, and each sign-in asks at least once."""

_SIZE = re.compile(r"(\d+)([kKmM]?)")
_RATE = re.compile(r"rate=(\d+)r/([sm])")


def _places(configuration: Configuration) -> Iterator[Place]:
    if isinstance(configuration, NginxConfiguration):
        yield from every(configuration.directives)


def _bytes(word: str | None) -> int | None:
    match = _SIZE.fullmatch(word or "")
    return int(match[1]) * {"": 1, "k": 1024, "m": 1 << 20}[match[2].lower()] if match else None


@rule(
    "NGINX-11",
    severity=Severity.PARTIAL,
    effect=effect(
        "people with many groups or cookies",
        "from the next sign-in on",
        "get an error page (400 or 502)",
        What.NEW_SIGN_IN,
        What.SSO_RETURN,
    ),
    catalogue=("PX-02",),
    sources=(_CORE + "#large_client_header_buffers", _PROXY + "#proxy_buffer_size", _OAUTH2),
)
def buffers_too_small(new: Configuration) -> Hits:
    """The room for headers is set below 8 KiB.

    Why: a session cookie with a person's tokens takes several thousand bytes. If it does not fit into the buffer, nginx
    answers with an error page, and only to those people.

    Fix: leave the buffers at their default, or give them 16k and more.
    """
    if isinstance(new, NginxConfiguration):
        for one in all_of(new.directives):
            size = _bytes(one.words[-1] if one.words else None)
            if one.name == "large_client_header_buffers" and size is not None and size < _SMALLEST_BYTES:
                yield Hit(one.where, f"a request's cookies must fit into {size} bytes")
    for place in _places(new):
        if not place.is_sign_in or not place.self.of("proxy_pass"):
            continue
        for one in place.held("proxy_buffer_size"):
            size = _bytes(one.args[0] if one.args else None)
            if size is not None and size < _SMALLEST_BYTES:
                yield Hit(one.where, f"what a page of sign-in sets must fit into {size} bytes")


@rule(
    "NGINX-12",
    severity=Severity.OUTAGE,
    effect=_LOOP,
    catalogue=("PX-06",),
    sources=(
        _PROXY + "#proxy_cookie_path",
        "https://www.rfc-editor.org/rfc/rfc6265#section-5.3",
        "https://github.com/keycloak/keycloak/issues/22599",
    ),
)
def cookie_rewritten_away(new: Configuration) -> Hits:
    """Cookies are rewritten so that browsers do not send them back.

    Why: a cookie for another path than the location's is not sent there; one for a domain that the host does not lie
    in is dropped, and so is one with SameSite=None and no Secure.

    Fix: rewrite the path to the location's own or one above it, the domain to the host's, and set Secure with None.
    """
    for place in _places(new):
        for one in place.self.of("proxy_cookie_path"):
            path = one.words[1].partition(";")[0].strip() if len(one.args) == 2 and len(one.words) == 2 else ""
            if path.startswith("/") and "$" not in path and place.path and not _covers(path, place.path):
                yield Hit(one.where, f"cookies of {place.path} are set for {path}, and not sent back")
        for one in place.held("proxy_cookie_domain"):
            host = _host(place.server)
            domain = one.words[1] if len(one.words) == 2 else ""
            if host and "." in domain and "$" not in domain and not cookie_domain_covers(domain, host):
                yield Hit(one.where, f"browsers on {host} drop cookies for {domain}")
        for one in place.held("proxy_cookie_flags"):
            flags = {word.lower() for word in one.words[1:]}
            if "samesite=none" in flags and "secure" not in flags:
                sure = "nosecure" in flags
                message = "cookies get SameSite=None and no Secure here"
                yield Hit(one.where, message, severity=None if sure else Severity.LATENT)
            elif "samesite=strict" in flags and place.is_sign_in:
                message = "cookies become Strict, and stay at home when people come back from the provider"
                yield Hit(one.where, message, severity=Severity.PARTIAL)


def _covers(cookie_path: str, path: str) -> bool:
    """Whether a browser sends the cookie below the location (RFC 6265 §5.1.4)."""
    bare = cookie_path.rstrip("/")
    return path == cookie_path or path.rstrip("/") == bare or path.startswith(bare + "/")


def _host(server: Directive) -> str | None:
    """The one plain host name of the server; None for several, for patterns, or none."""
    names = [name for one in server.of("server_name") for name in one.words]
    plain = names and len(names) == 1 and re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", names[0])
    return names[0] if plain else None


@rule(
    "NGINX-13",
    severity=Severity.LATENT,
    effect=effect(
        "everyone whose token a new key signed",
        "after the provider changes its keys",
        "is refused (401)",
        What.SSO_RETURN,
    ),
    catalogue=("PX-07",),
    sources=(_PROXY + "#proxy_cache", _PROXY + "#proxy_ignore_headers", "incident: Logto 2026", "incident: AO3"),
)
def sign_in_from_a_cache(new: Configuration) -> Hits:
    """Pages of sign-in, or the provider's keys, come from a cache.

    Why: keys from a cache are the former ones for as long as they are kept. A page that sets a cookie is not kept by
    itself; where proxy_ignore_headers makes it so, one person gets another's session.

    Fix: `proxy_cache off;` in the locations of sign-in, of keys and of metadata.
    """
    for place in _places(new):
        cache = place.value("proxy_cache")
        if not cache or cache == "off" or not place.self.of("proxy_pass") or place.held("proxy_no_cache"):
            continue
        ignored = {word.lower() for one in place.held("proxy_ignore_headers") for word in one.words}
        where = next((one.where for one in place.self.of("proxy_cache")), place.where)
        if "set-cookie" in ignored and (place.is_sign_in or place.path == "/"):
            mixed: Effect = effect("everyone", "at once", "may be given the session of another person", *EVERY_SIGN_IN)
            message = f"{place.path or 'this location'} is kept with the cookies that it sets"
            yield Hit(where, message, severity=Severity.OUTAGE, effect=mixed)
        elif place.is_sign_in and place.held("proxy_cache_valid"):
            yield Hit(where, f"{place.path or 'this location'} comes from a cache")


@rule(
    "NGINX-14",
    severity=Severity.LATENT,
    effect=effect(
        "people behind one address: a school, an office",
        "when many sign in at once",
        "are turned away (503 or 429)",
        *EVERY_SIGN_IN,
    ),
    catalogue=("PX-10",),
    sources=(_LIMIT, "incident: GitLab 2024-05-14"),
)
def few_may_sign_in(new: Configuration) -> Hits:
    """Fewer than thirty requests a minute may come to the sign-in from one address.

    Why: everyone in a school or an office comes by one address. When a class signs in, the limit turns most of it
    away, and it looks like an attack.

    Fix: raise rate or burst, or count by account where the sign-in itself does.
    """
    for place, one in _limited(new):
        allowed = _allowed(new, one)
        if allowed is not None and allowed < _CLASS:
            message = f"{place.path or 'this location'} takes {allowed} requests a minute from one address"
            yield Hit(_own(place, one), message)


@rule(
    "NGINX-15",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in at the busiest hour",
        "from the next peak on",
        "are turned away (503 or 429)",
        *EVERY_SIGN_IN,
    ),
    catalogue=("PX-10",),
    sources=(_LIMIT, "incident: GitLab 2024-05-14"),
)
def limit_lowered(old: Configuration, new: Configuration) -> Hits:
    """Fewer requests may come to the sign-in than before.

    Why: what was let through at the busiest hour until now is turned away.

    Fix: compare the new limit with the requests of the busiest minute in the access log.
    """
    before = {place.where.pointer: _allowed(old, one) for place, one in _limited(old)}
    known = {place.where.pointer for place in _places(old)}
    for place, one in _limited(new):
        was, now, where = before.get(place.where.pointer), _allowed(new, one), _own(place, one)
        if now is None or place.where.pointer not in known:
            continue
        if place.where.pointer not in before:
            message = f"{place.path or 'this location'} takes {now} requests a minute from one address"
            yield Hit(where, message + ", and had no limit", Difference(where.pointer, None, str(now)))
        elif was is not None and now < was:
            message = f"{place.path or 'this location'} takes {now} requests a minute, and took {was}"
            yield Hit(where, message, Difference(where.pointer, str(was), str(now)))


def _limited(configuration: Configuration) -> Iterator[tuple[Place, Directive]]:
    for place in _places(configuration):
        if place.is_sign_in:
            yield from ((place, one) for one in place.held("limit_req"))


def _own(place: Place, directive: Directive) -> Where:
    """Where the directive stands, or the location that inherits it: each is told by itself."""
    return directive.where if directive in (place.self.block or ()) else place.where


def _allowed(configuration: Configuration, limit: Directive) -> int | None:
    """Requests a minute from one address; None for another key than the address, or a zone that is not in the file."""
    if not isinstance(configuration, NginxConfiguration):
        return None
    zone = next((word.removeprefix("zone=") for word in limit.words if word.startswith("zone=")), None)
    burst = next((word.removeprefix("burst=") for word in limit.words if word.startswith("burst=")), "0")
    for one in all_of(configuration.directives):
        named = any(word.startswith(f"zone={zone}:") for word in one.words)
        rate = _RATE.search(" ".join(one.words))
        if one.name == "limit_req_zone" and named and rate and burst.isdigit() and "remote_addr" in one.words[0]:
            return int(rate[1]) * (60 if rate[2] == "s" else 1) + int(burst)
    return None


@rule(
    "NGINX-16",
    severity=Severity.PARTIAL,
    effect=effect(
        "everyone signed in, where sessions are in the memory of one server",
        "at random, from the second request on",
        "is signed out",
        What.EXISTING_SESSION,
        What.OTHER_WORKER,
    ),
    catalogue=("PX-11",),
    sources=("https://nginx.org/en/docs/http/load_balancing.html#nginx_load_balancing_with_ip_hash",),
)
def affinity_taken_out(old: Configuration, new: Configuration) -> Hits:
    """People are not kept at one server any more.

    Why: requests go to each server in turn. A session that only one of them knows is unknown at the next.

    Fix: keep ip_hash, hash or sticky until sessions are where every server finds them.
    """
    before = {one.where.pointer: _affinity(one) for one in _upstreams(old)}
    for one in _upstreams(new):
        was = before.get(one.where.pointer)
        if was and not _affinity(one) and len(one.of("server")) > 1 and not one.of("include"):
            message = f"requests to {' '.join(one.words)} go to each of {len(one.of('server'))} servers in turn"
            yield Hit(one.where, message, Difference(one.where.pointer, was, None))


def _upstreams(configuration: Configuration) -> list[Directive]:
    if not isinstance(configuration, NginxConfiguration):
        return []
    return [one for one in all_of(configuration.directives) if one.name == "upstream" and one.block is not None]


def _affinity(upstream: Directive) -> str | None:
    return next((one.name for one in upstream.block or () if one.name in ("ip_hash", "hash", "sticky")), None)


RULES = (
    buffers_too_small,
    cookie_rewritten_away,
    sign_in_from_a_cache,
    few_may_sign_in,
    limit_lowered,
    affinity_taken_out,
)
