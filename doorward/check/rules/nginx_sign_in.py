"""nginx in front of sign-in: do people reach the sign-in page, and does the service know by which address?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from doorward.check.rule import EVERY_SIGN_IN, EVERYTHING, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.nginx.document import Directive, NginxConfiguration
from doorward.systems.nginx.places import Place, answering, every, servers

_PROXY = "https://nginx.org/en/docs/http/ngx_http_proxy_module.html"
_AUTH = "https://nginx.org/en/docs/http/ngx_http_auth_request_module.html"
_OAUTH2 = "https://oauth2-proxy.github.io/oauth2-proxy/configuration/integrations/nginx"
_HEADERS = ("Host", "X-Forwarded-Proto", "X-Forwarded-Host")
_ALWAYS_REDIRECTS = re.compile(r"/start(\?|$)")


def _places(configuration: Configuration) -> Iterator[Place]:
    if isinstance(configuration, NginxConfiguration):
        yield from every(configuration.directives)


def _passed(level: tuple[Directive, ...]) -> dict[str, str]:
    """Header in small letters to its value; an empty value takes the header out, one that is not known is `?`."""
    return {one.words[0].lower(): " ".join(arg or "?" for arg in one.args[1:]) for one in level if one.words}


def _asks(place: Place) -> str | None:
    """The address that is asked whether people are signed in; None if none is, or it is unknown."""
    asked = place.value("auth_request")
    return asked if asked and asked != "off" else None


@rule(
    "NGINX-01",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who use that part of the service",
        "at once",
        "find forms refused, or are redirected to an address that nobody reaches",
        *EVERYTHING,
    ),
    catalogue=("PX-01",),
    sources=(
        _PROXY + "#proxy_set_header",
        "https://github.com/healthchecks/healthchecks/issues/825",
        "measured: nginx 1.22, a location with one header of its own passed Host and X-Forwarded-Proto no more",
    ),
)
def headers_hidden(new: Configuration) -> Hits:
    """A location does not pass the headers that its server sets.

    Why: proxy_set_header is inherited as a whole or not at all. One header of a location's own, for a websocket say,
    takes out all those set further out: the service behind sees an inner host name and plain HTTP.

    Fix: repeat the outer headers in the location, or include them from one file in both.
    """
    for place in _places(new):
        own, outer = place.self.of("proxy_set_header"), Place(place.chain[:-1]).held("proxy_set_header")
        if not own or not outer or not place.self.of("proxy_pass") or place.self.of("include"):
            continue
        passed, wanted = _passed(own), _passed(outer)
        gone = [name for name in _HEADERS if wanted.get(name.lower()) and name.lower() not in passed]
        if gone:
            everyone = place.path == "/" or place.is_sign_in
            message = f"{place.path or 'this location'} does not pass {', '.join(gone)}, which its server sets"
            yield Hit(own[0].where, message, severity=Severity.OUTAGE if everyone else None)


@rule(
    "NGINX-02",
    severity=Severity.PARTIAL,
    effect=effect(
        "everyone who signs in",
        "from the next sign-in on",
        "is sent back to a host that nobody reaches",
        *EVERY_SIGN_IN,
    ),
    catalogue=("PX-01",),
    sources=(_PROXY + "#proxy_set_header", _OAUTH2),
)
def host_not_passed(new: Configuration) -> Hits:
    """The service that signs people in does not learn by which host they came.

    Why: nginx passes the name of the upstream as Host unless told otherwise. What the service makes of it, callbacks,
    cookie domains and issuers, is not the people's address, unless that is written in its own configuration.

    Fix: `proxy_set_header Host $host;`, or X-Forwarded-Host where the service believes it.
    """
    for place in _places(new):
        target = place.self.of("proxy_pass")
        if not target or not place.is_sign_in or place.is_internal or not place.is_tls or not place.is_whole:
            continue
        passed = _passed(place.held("proxy_set_header"))
        if not passed.get("host") and not passed.get("x-forwarded-host"):
            yield Hit(target[0].where, f"{place.path or 'this location'} passes neither Host nor X-Forwarded-Host")


@rule(
    "NGINX-03",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who uses that part of the service",
        "at once",
        "finds forms refused, or is redirected without end",
        *EVERYTHING,
    ),
    catalogue=("PX-01",),
    sources=(_PROXY + "#proxy_set_header", "https://github.com/MarechJ/hll_rcon_tool/issues/1190"),
)
def header_not_passed_any_more(old: Configuration, new: Configuration) -> Hits:
    """A header that says by which address people come is not passed any more.

    Why: a service that believes it takes itself for another address from now on: it redirects to HTTPS for ever, or
    refuses forms and callbacks.

    Fix: keep the header until the service behind does without it.
    """
    before = {place.where.pointer: place for place in _places(old)}
    for place in _places(new):
        was = before.get(place.where.pointer)
        target = place.self.of("proxy_pass")
        if was is None or not target or not was.self.of("proxy_pass") or not place.is_whole:
            continue
        wanted, passed = _passed(was.held("proxy_set_header")), _passed(place.held("proxy_set_header"))
        for name in _HEADERS:
            if wanted.get(name.lower()) and not passed.get(name.lower()):
                change = Difference(place.where.pointer, f"{name} {wanted[name.lower()]}", None)
                yield Hit(target[0].where, f"{place.path or 'this location'} does not pass {name} any more", change)


@rule(
    "NGINX-04",
    severity=Severity.OUTAGE,
    effect=effect("everyone who is not signed in", "at once", "gets an error page (401)", *EVERYTHING[2:]),
    catalogue=("PX-05",),
    sources=(
        _AUTH + "#auth_request",
        "measured: nginx 1.22, sign-in page and callback below a server's auth_request: 401 at every visit",
    ),
)
def sign_in_behind_sign_in(new: Configuration) -> Hits:
    """The pages of sign-in ask for a sign-in first.

    Why: auth_request of the server holds in every location that does not switch it off. The sign-in page and the
    callback are then refused like any other page to those who need them.

    Fix: `auth_request off;` in the location of the sign-in pages, or ask only where it is wanted.
    """
    if not isinstance(new, NginxConfiguration):
        return
    for server in servers(new.directives):
        told: set[str] = set()
        for page in _pages(server) if server.is_whole else ():
            place = answering(server, page)
            asked = _asks(place) if place and place.is_whole else None
            if place is None or asked is None or place.is_internal or place.where.pointer in told:
                continue
            told.add(place.where.pointer)
            yield Hit(place.where, f"whoever opens {page} is asked at {asked} whether they are signed in")


def _pages(server: Place) -> list[str]:
    """Where people must get without being signed in, as far as the server says."""
    from_here = [server, *(place for place in every((server.server,)))]
    pages: dict[str, None] = {}
    for place in from_here:
        asked = _asks(place)
        if asked is None:
            continue
        pages.update(dict.fromkeys(target for target, _ in _refused(place) if target.startswith("/")))
        if asked.startswith("/oauth2/"):
            pages.update(dict.fromkeys(("/oauth2/sign_in", "/oauth2/callback")))
    return [urlsplit(page).path for page in pages]


def _refused(place: Place) -> Iterator[tuple[str, str]]:
    """Where a visitor who is not signed in is led, and by which code: ``, `=`, `=403`."""
    for one in place.held("error_page"):
        if "401" in one.words[:-1] and None not in one.args:
            yield one.words[-1], next((word for word in one.words if word.startswith("=")), "")


@rule(
    "NGINX-05",
    severity=Severity.LATENT,
    effect=effect(
        "people who are not signed in",
        "as soon as the sign-in page only redirects",
        "see the word Found and stay there",
        What.ANONYMOUS_VISIT,
        What.STALE_COOKIE_SIGN_IN,
    ),
    catalogue=("PX-03",),
    sources=(
        _OAUTH2,
        "measured: nginx 1.22, error_page 401 =403 to a page that redirects: 403 with `302 Found` in the page",
    ),
)
def redirect_turned_into_an_error(new: Configuration) -> Hits:
    """A redirect to the sign-in is sent as an error.

    Why: error_page keeps its own code, 401 or the one behind `=`, whatever the page answers. A sign-in page that only
    redirects, as oauth2-proxy's does with skip_provider_button, then arrives as an error that no browser follows.

    Fix: `error_page 401 = @sign_in;` with a location that returns 302, or `=` alone before the address.
    """
    for place in _places(new):
        if _asks(place) is None:
            continue
        for target, code in _refused(place):
            if not target.startswith("/") or (code != "" and not code.startswith("=4")):
                continue
            at_once = bool(_ALWAYS_REDIRECTS.search(target))
            now = effect("people who are not signed in", "at once", "see an error page", What.ANONYMOUS_VISIT)
            yield Hit(
                place.held("error_page")[0].where,
                f"what {target} answers is sent as {code.removeprefix('=') or '401'}",
                severity=Severity.OUTAGE if at_once else None,
                effect=now if at_once else None,
            )


@rule(
    "NGINX-06",
    severity=Severity.LATENT,
    effect=effect(
        "people who work longer than a token lives",
        "when the session is refreshed",
        "are signed out",
        What.TOKEN_REFRESH,
    ),
    catalogue=("PX-04",),
    sources=(_OAUTH2, _AUTH + "#auth_request_set"),
)
def refreshed_cookie_lost(new: Configuration) -> Hits:
    """The cookie of a refreshed session does not reach the browser.

    Why: the answer to auth_request is thrown away but for its code. When oauth2-proxy refreshes a session there, the
    new cookie is lost unless it is copied, and the old one ends.

    Fix: `auth_request_set $auth_cookie $upstream_http_set_cookie;` and `add_header Set-Cookie $auth_cookie;`, both in
    the location, for add_header too is inherited as a whole or not at all.
    """
    told: set[str] = set()
    for place in _places(new):
        asked = _asks(place)
        if asked is None or not asked.startswith("/oauth2/") or not place.is_whole or place.is_internal:
            continue
        taken = [one.words[0] for one in place.held("auth_request_set") if "set_cookie" in " ".join(one.words)]
        copied = _passed(place.held("add_header")).get("set-cookie", "")
        where = place.held("auth_request")[0].where
        if where.pointer in told or (taken and any(name in copied for name in taken)):
            continue
        told.add(where.pointer)
        yield Hit(where, "a cookie that is set in answer to auth_request is not passed on")


RULES = (
    headers_hidden,
    host_not_passed,
    header_not_passed_any_more,
    sign_in_behind_sign_in,
    redirect_turned_into_an_error,
    refreshed_cookie_lost,
)
