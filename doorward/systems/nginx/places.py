"""Where requests are answered: locations with what holds there, by the way nginx inherits. Pure.

Source: nginx.org/en/docs/http/ngx_http_core_module.html#location; of `proxy_set_header`, `add_header`, `error_page` and
the like a level that has one of its own inherits none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from doorward.model.fact import Where
from doorward.systems.nginx.document import Directive

_HARMLESS = re.compile(r"(^|/)(mime\.types|fastcgi_params|uwsgi_params|scgi_params|modules-enabled/.*)$")
_SIGN_IN = re.compile(
    r"(?:^|/)(?:oauth2?|auth|realms|log-?in|sign[-_]?in|sso|saml2?|oidc|openid-connect|accounts|callback|authorize|token"
    r"|jwks(?:\.json)?|\.well-known)(?:/|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A location, or the server itself, below everything that it lies in: outermost first."""

    chain: tuple[Directive, ...]

    @property
    def self(self) -> Directive:
        """The location or server itself."""
        return self.chain[-1]

    @property
    def server(self) -> Directive:
        """The server that it belongs to."""
        return next(one for one in self.chain if one.name == "server")

    @property
    def where(self) -> Where:
        """Where it stands."""
        return self.self.where

    @property
    def path(self) -> str | None:
        """The path of its address; None for a regular expression, a named location and what a template fills in."""
        if self.self.name == "server":
            return "/"
        args = self.self.args
        if not args or None in args or args[0] in ("~", "~*") or str(args[-1]).startswith("@"):
            return None
        return str(args[-1])

    @property
    def is_sign_in(self) -> bool:
        """Whether its address looks like one of sign-in."""
        return self.self.name == "location" and bool(_SIGN_IN.search(" ".join(self.self.words)))

    @property
    def is_internal(self) -> bool:
        """Whether no browser can ask for it."""
        words = self.self.words
        return bool(self.self.of("internal")) or bool(words and words[-1].startswith("@"))

    @property
    def is_tls(self) -> bool:
        """Whether its server answers by HTTPS."""
        return any("ssl" in one.words or "443" in one.words for one in self.server.of("listen"))

    @property
    def is_whole(self) -> bool:
        """Whether nothing that holds here may stand in a file that is not read."""
        return not any(_is_unread(one) for level in self.chain for one in level.of("include"))

    def held(self, name: str) -> tuple[Directive, ...]:
        """What holds here of that name: all of the innermost level that has one."""
        return next((found for level in reversed(self.chain) if (found := level.of(name))), ())

    def value(self, name: str) -> str | None:
        """The first word of what holds here; None if nothing does, or it is unknown."""
        found = self.held(name)
        return found[-1].args[0] if found and found[-1].args else None


def _is_unread(include: Directive) -> bool:
    return not (include.words and _HARMLESS.search(include.words[0]))


def servers(directives: tuple[Directive, ...]) -> Iterator[Place]:
    """Every server with what it lies in; also of a file that is itself included into `http`."""
    for one in directives:
        if one.name == "server" and one.block is not None:
            yield Place((one,))
        elif one.name == "http" and one.block is not None:
            yield from (Place((one, inner)) for inner in one.of("server") if inner.block is not None)


def locations(place: Place) -> Iterator[Place]:
    """Every location of the place, those inside others too."""
    for one in place.self.of("location"):
        inner = Place((*place.chain, one))
        yield inner
        yield from locations(inner)


def every(directives: tuple[Directive, ...]) -> Iterator[Place]:
    """Every location of every server."""
    for server in servers(directives):
        yield from locations(server)


def answering(server: Place, path: str) -> Place | None:
    """The location that answers that path, or the server itself; None if it cannot be told."""
    found = list(locations(server))
    exact = next((one for one in found if one.self.args[:1] == ("=",) and one.path == path), None)
    if exact:
        return exact
    prefixes = [one for one in found if one.path and one.self.args[:1] != ("=",) and path.startswith(one.path)]
    longest = max(prefixes, key=lambda one: len(one.path or ""), default=server)
    if longest.self.args[:1] == ("^~",):
        return longest
    for one in found:
        matched = _matches(one, path)
        if matched is None:
            return None
        if matched:
            return one
    return longest


def _matches(place: Place, path: str) -> bool | None:
    """Whether a location by regular expression answers the path; None for one that Python reads otherwise."""
    args = place.self.args
    if not args or args[0] not in ("~", "~*"):
        return False
    if args[-1] is None:
        return None
    try:
        return bool(re.search(args[-1], path, re.IGNORECASE if args[0] == "~*" else 0))
    except re.error:
        return None
