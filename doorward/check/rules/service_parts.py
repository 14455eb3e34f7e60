"""Provider, clients and proxy side by side: do the parts of one service say the same?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from doorward.check.rule import EVERY_SIGN_IN, GuardedService, Hit, Hits, effect, rule
from doorward.check.rules.service_keys import share_sessions
from doorward.check.web_address import cookie_domain_covers, host_of, origin_of
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Cookie, Issuer, Secret
from doorward.model.finding import Severity, What
from doorward.model.service import Component, Role

Part = tuple[Component, Configuration]

_ISSUER = "https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation"
_ISSUER_OF_TOKEN = "https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation"
_REDIRECT = "https://www.rfc-editor.org/rfc/rfc9700#section-2.1"
_NO_PORT = "https://www.rfc-editor.org/rfc/rfc6265#section-8.5"


def _providers(service: GuardedService) -> list[Part]:
    return [part for part in service.parts if part[0].role is Role.PROVIDER]


def _clients(service: GuardedService) -> list[Part]:
    """What signs people in at a provider, whatever else it is: a proxy may be a client too."""
    return [
        part
        for part in service.parts
        if part[0].role is not Role.PROVIDER
        and (part[0].role is Role.CLIENT or part[1].flow("single-sign-on-client") is not None)
    ]


def _relations(service: GuardedService) -> Iterator[tuple[Part, str, list[Part]]]:
    """Each client part, the name under which it signs people in, and the providers that may know it."""
    providers = _providers(service)
    for component, configuration in _clients(service):
        flow = configuration.flow("single-sign-on-client")
        names = {secret.owner for secret in configuration.facts_of(Secret) if secret.owner}
        names |= {callback.client for callback in configuration.facts_of(Callback) if callback.side == "client"}
        if flow and names and providers:
            for name in sorted(names):
                yield (component, configuration), name, _meant(configuration, providers)


def _meant(client: Configuration, providers: list[Part]) -> list[Part]:
    """The providers whose issuer the client names; all of them where none is, or an issuer is not known."""
    wanted = {issuer.url for issuer in client.facts_of(Issuer)}
    same = [part for part in providers if {issuer.url for issuer in part[1].facts_of(Issuer)} & wanted - {None}]
    return same or providers


def _known_at(part: Part, client: str) -> bool:
    _, configuration = part
    owners = {secret.owner for secret in configuration.facts_of(Secret)}
    return client in owners | {callback.client for callback in configuration.facts_of(Callback)}


def _lists_clients(part: Part) -> bool:
    """Whether the provider's configuration names clients at all: some keep them in a database."""
    _, configuration = part
    return bool(configuration.facts_of(Callback) or configuration.facts_of(Secret))


@rule(
    "SERVICE-01",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who signs in to that client",
        "from the next sign-in on",
        "is refused on the way back",
        What.SSO_RETURN,
    ),
    catalogue=("OI-01", "KC-S01", "AD-07"),
    sources=(_ISSUER, _ISSUER_OF_TOKEN),
)
def issuer_differs(service: GuardedService) -> Hits:
    """A client expects another issuer than the provider is.

    Why: client and provider compare the issuer sign by sign: scheme, port and a slash at the end count. People give
    the right password and are refused on the way back.

    Fix: write the provider's issuer into the client, exactly as its discovery document has it.
    """
    published = [issuer.url for _, configuration in _providers(service) for issuer in configuration.facts_of(Issuer)]
    if not published or None in published:
        return
    for _, configuration in _clients(service):
        for issuer in configuration.facts_of(Issuer):
            if issuer.url and issuer.url not in published:
                near = next((url for url in published if url and url.rstrip("/") == issuer.url.rstrip("/")), None)
                said = (
                    f"{near}, which differs by the slash at the end"
                    if near
                    else " or ".join(sorted(map(str, published)))
                )
                yield Hit(issuer.where, f"the client expects the issuer {issuer.url}, the provider is {said}")


@rule(
    "SERVICE-02",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client", "from the next sign-in on", "are stopped at the provider", What.SSO_RETURN
    ),
    catalogue=("OI-05", "KC-C01", "OP-11"),
    sources=(_REDIRECT,),
)
def callback_not_registered(service: GuardedService) -> Hits:
    """The provider does not allow the address to which the client asks people to be sent back.

    Why: the provider sends people back only to addresses on its list, compared sign by sign. Where a client's own
    configuration does not tell its callback, at least one address on the list must lie at the client's public address.

    Fix: put the client's callback on the provider's list, or correct the client's address.
    """
    for (_, client), name, providers in _relations(service):
        allowed = [c for _, p in providers for c in p.facts_of(Callback) if c.client == name and c.side == "provider"]
        urls = [callback.url for callback in allowed]
        if not allowed or None in urls or any("*" in str(url) for url in urls):
            continue
        asked = [c for c in client.facts_of(Callback) if c.side == "client" and c.client == name]
        for callback in asked:
            if callback.url and callback.url not in urls:
                message = f"the provider does not allow client {name} the callback {callback.url}"
                yield Hit(callback.where, message)
        origin = _public_origin(client)
        if not asked and origin and origin not in {origin_of(url) for url in urls}:
            message = f"client {name} is used at {origin}, where the provider allows it no callback"
            yield Hit(allowed[0].where, message)


def _public_origin(configuration: Configuration) -> str:
    public = configuration.endpoint("public")
    return origin_of(public.url) if public else ""


@rule(
    "SERVICE-03",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client",
        "from the next sign-in on",
        "are refused after their password was right",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("KC-C04", "CC-07", "OI-08"),
    sources=("https://www.rfc-editor.org/rfc/rfc6749#section-5.2",),
)
def secret_differs(service: GuardedService) -> Hits:
    """Client and provider hold different secrets for one client.

    Why: the provider answers `invalid_client` when the client redeems its code, after people have given the right
    password.

    Fix: give both sides the same secret; a line break at the end of one file counts with some products.
    """
    for (_, client), name, providers in _relations(service):
        known = {s.digest for _, p in providers for s in p.facts_of(Secret) if s.owner == name}
        for secret in client.facts_of(Secret):
            if secret.owner == name and secret.digest and known and None not in known and secret.digest not in known:
                yield Hit(secret.where, f"the secret of client {name} is not the one that the provider has")


@rule(
    "SERVICE-04",
    severity=Severity.OUTAGE,
    effect=effect(
        "people who sign in to that client", "from the next sign-in on", "are stopped at the provider", What.SSO_RETURN
    ),
    catalogue=("OI-05",),
    sources=("https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1",),
)
def client_not_known(service: GuardedService) -> Hits:
    """The provider does not know the client.

    Why: it answers with an error page of its own, and sends nobody back.

    Fix: enter the client at the provider, or correct the name under which the client signs people in.
    """
    for (_, client), name, providers in _relations(service):
        if all(_lists_clients(part) for part in providers) and not any(_known_at(part, name) for part in providers):
            flow = client.flow("single-sign-on-client")
            assert flow is not None  # _relations gives only those that have it
            yield Hit(flow.where, f"no provider of this service knows a client {name}")


@rule(
    "SERVICE-05",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who uses both",
        "from the next sign-in on",
        "is signed out of one by signing in to the other",
        What.EXISTING_SESSION,
        *EVERY_SIGN_IN,
    ),
    catalogue=("DJ-05",),
    sources=(_NO_PORT,),
)
def one_cookie_for_two_parts(service: GuardedService) -> Hits:
    """Two parts of the service set a cookie of one name for one host.

    Why: cookies do not tell ports or services apart. Each part overwrites the other's session, so the way back from
    the provider finds no session: people go round in a circle. Parts that keep their sessions in one place are meant
    to have one cookie.

    Fix: give each part's cookies a name of their own, or each part a host of its own.
    """
    for (one, here), (other, there) in combinations(service.parts, 2):
        if share_sessions(here, there):
            continue
        for cookie in here.facts_of(Cookie):
            for against in there.facts_of(Cookie):
                if _collide(cookie, here, against, there):
                    message = f"the cookie {cookie.name} of {one.name} is overwritten by the one of {other.name}"
                    yield Hit(against.where, message)


def _collide(one: Cookie, here: Configuration, other: Cookie, there: Configuration) -> bool:
    """Whether a browser takes the two for one: same name, same path, and a host that is in reach of both."""
    if one.name is None or one.name != other.name or one.in_session or other.in_session:
        return False
    if one.path is None or one.path != other.path:
        return False
    hosts = [host_of(end.url) for end in (here.endpoint("public"), there.endpoint("public")) if end]
    if len(hosts) != 2 or not all(hosts):
        return False
    reach = (one.domain or hosts[0], other.domain or hosts[1])
    if hosts[0] == hosts[1]:
        return (one.domain or "") == (other.domain or "")
    return (
        bool(one.domain and other.domain)
        and reach[0].strip(".") == reach[1].strip(".")
        and all(cookie_domain_covers(str(one.domain), host) for host in hosts)
    )


RULES = (issuer_differs, callback_not_registered, secret_differs, client_not_known, one_cookie_for_two_parts)
