"""Facts: what a configuration says, in terms that every kind of authentication system shares.

A field that the configuration leaves unknown (a placeholder, a value from the environment) is None: unknown stays
unknown, and no rule may find anything in it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a configuration: `line` counts from 1, 0 when only the file is known; `pointer` names the key."""

    path: str
    line: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        """`path:line pointer`, leaving out what is not known."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place} {self.pointer}".strip()


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuer that a provider publishes or a client expects (RFC 8414, OpenID Connect Discovery §3)."""

    where: Where
    url: str | None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs sessions or tokens; `digest` is short and keyed, never the key; `fallback` = verify only."""

    where: Where
    purpose: str
    digest: str | None
    fallback: bool = False
    constant: bool | None = True


@dataclass(frozen=True, slots=True)
class SessionLife:
    """How long a session lives, in seconds; `ends_with_browser` when no Max-Age is set."""

    where: Where
    life_s: int | None
    ends_with_browser: bool = False


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that sign-in depends on (RFC 6265bis); `purpose` is `session` or `csrf`; None = unknown or host-only.

    `same_site` is the word of the configuration, `""` when the attribute is left out; `life_s` is its Max-Age, None for
    the session cookie (see SessionLife) and for one that ends with the browser. `in_session` = the form token is kept
    in the session and there is no such cookie.
    """

    where: Where
    purpose: str
    name: str | None
    domain: str | None
    path: str | None
    secure: bool | None
    same_site: str | None
    life_s: int | None = None
    in_session: bool = False


@dataclass(frozen=True, slots=True)
class Callback:
    """A redirect URI that a provider allows (`side=provider`) or a client uses (`side=client`) (RFC 6749 §3.1.2)."""

    where: Where
    client: str
    url: str | None
    side: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A shared secret by keyed digest; None = not in the file."""

    where: Where
    owner: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class Store:
    """Where sessions are kept: engine, serializer, and the digest of the place (database, prefix, address).

    `shared` = every worker sees the same sessions; `keeps` = what is written can be read again. `importable` is False
    if the engine or the serializer cannot be had, and `broken` then says `pointer: why` of each. `holds` = how many
    sessions it holds before it drops some that are alive; None = no such number is known.
    """

    where: Where
    engine: str | None
    serializer: str | None
    place: str | None
    shared: bool | None
    importable: bool | None = None
    keeps: bool | None = None
    broken: tuple[str, ...] = ()
    holds: int | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Something that the sign-in path does or refuses: a backend, a middleware, a hasher, a lockout, a binding.

    `values` is None when unknown; `broken` says `value: why` of each value that cannot be had.
    """

    where: Where
    name: str
    values: tuple[str, ...] | None
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that people or machines use; `purpose`: public, sign-in, after-sign-in, mail, …

    `answers` is whether the service has a page there, `guarded` whether that page itself asks for a sign-in; None =
    not known. `chosen` is False for a default that the configuration does not speak of.
    """

    where: Where
    purpose: str
    url: str | None
    answers: bool | None = None
    guarded: bool | None = None
    chosen: bool = True


Fact = Issuer | SigningKey | SessionLife | Cookie | Callback | Secret | Store | Flow | Endpoint
