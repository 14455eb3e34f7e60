"""OpenID providers: do issuer, addresses and abilities stay what clients rely on?"""

from __future__ import annotations

import re

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.check.values import has, is_missing, items, shown, where
from doorward.check.web_address import host_of, is_http, is_https, origin_of
from doorward.model.configuration import Configuration
from doorward.model.fact import Issuer
from doorward.model.finding import Difference, Severity, What

_DISCOVERY = "https://openid.net/specs/openid-connect-discovery-1_0.html"
_METADATA = "https://www.rfc-editor.org/rfc/rfc8414#section-2"
_REFUSED = effect(
    "everyone who signs in through the provider",
    "from the next sign-in on",
    "is refused on the way back",
    What.SSO_RETURN,
)
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_ENDPOINTS = (*_NEEDED[1:], "userinfo_endpoint", "end_session_endpoint")
_ABILITIES = {
    "code_challenge_methods_supported": "the PKCE method",
    "token_endpoint_auth_methods_supported": "the way in which clients prove who they are",
    "id_token_signing_alg_values_supported": "the algorithm of ID tokens",
    "response_types_supported": "the response type",
    "grant_types_supported": "the grant type",
    "scopes_supported": "the scope",
}
_INSIDE = re.compile(r"^(localhost|127\..*|\[?::1\]?|10\..*|192\.168\..*|[^.:]+|.*\.(local|internal|svc|localdomain))$")


@rule(
    "OIDC-01",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("OI-01", "AD-07"),
    sources=(_DISCOVERY + "#ProviderConfigurationValidation", _METADATA),
)
def issuer_elsewhere(new: Configuration) -> Hits:
    """The issuer is not at the address that people and clients use.

    Why: the issuer names the place where clients fetch the provider's document, and they compare it sign by sign with
    what the document and every token say. A name inside of the network, or http where people use https, lets no
    sign-in through.

    Fix: set the issuer to the address that people and clients use, with its scheme, host and port.
    """
    public = new.endpoint("public")
    if new.flow("single-sign-on-provider") is None or public is None or not public.url:
        return
    for issuer in new.facts_of(Issuer):
        if issuer.url and origin_of(issuer.url) and origin_of(issuer.url) != origin_of(public.url):
            yield Hit(issuer.where, f"the issuer is at {origin_of(issuer.url)}, and people use {origin_of(public.url)}")


@rule(
    "OIDC-02",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("OI-01",),
    sources=(_DISCOVERY + "#ProviderMetadata", _METADATA),
)
def document_incomplete(new: Configuration) -> Hits:
    """The provider's document lacks an address, or names one that clients cannot use.

    Why: clients take every address from this document. Without one of them they do not start, or stop in the middle of
    a sign-in. An address with http beside an https issuer, or of a machine inside of the network, comes from a proxy
    whose headers the provider does not believe.

    Fix: let the provider know its public address, and let the proxy in front send its headers.
    """
    if new.kind != "oidc" or new.flow("single-sign-on-provider") is None:
        return
    for pointer in _NEEDED:
        if is_missing(new, pointer):
            yield Hit(where(new, pointer), f"the provider's document has no {pointer}")
    issuer = shown(new, "issuer") or ""
    if "?" in issuer or "#" in issuer:
        yield Hit(where(new, "issuer"), "the issuer has a query or a fragment, which no issuer may have")
    for pointer in _ENDPOINTS:
        url = shown(new, pointer)
        if url and is_https(issuer) and is_http(url):
            yield Hit(where(new, pointer), f"{url} is plain HTTP, and the issuer is HTTPS")
        elif url and host_of(issuer) and _INSIDE.match(host_of(url)) and not _INSIDE.match(host_of(issuer)):
            yield Hit(where(new, pointer), f"{host_of(url)} cannot be reached by those who reach {host_of(issuer)}")


@rule(
    "OIDC-03",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to a client that uses it",
        "from the next sign-in on",
        "are stopped at the provider, or after their password was right",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("OI-06", "OI-07", "OI-08", "OI-09"),
    sources=(_DISCOVERY + "#ProviderMetadata", "https://www.rfc-editor.org/rfc/rfc7636#section-4.3"),
)
def ability_lost(old: Configuration, new: Configuration) -> Hits:
    """The provider no longer offers what clients may use.

    Why: a client that signs its requests, proves who it is, or checks tokens in a way that the provider has dropped is
    refused until it is changed.

    Fix: find the clients that use it before it is dropped.
    """
    for pointer, named in _ABILITIES.items() if new.kind == "oidc" and is_provider(new) else ():
        if not has(new, pointer):
            continue  # a document need not say
        kept = {shown(new, item) for item in items(new, pointer)}
        for item in items(old, pointer):
            word = shown(old, item)
            if word and word not in kept and None not in kept:
                yield Hit(where(new, pointer), f"{named} {word} is dropped", Difference(pointer, word, None))


@rule(
    "OIDC-04",
    severity=Severity.LATENT,
    effect=effect(
        "people of clients that remember the provider's document",
        "until those clients read it anew",
        "are refused, or cannot sign out",
        What.SSO_RETURN,
        What.SIGN_OUT,
    ),
    catalogue=("OI-02", "OI-16"),
    sources=(
        "https://openid.net/specs/openid-connect-core-1_0.html#RotateSigningKeys",
        "https://openid.net/specs/openid-connect-rpinitiated-1_0.html",
    ),
)
def address_moved(old: Configuration, new: Configuration) -> Hits:
    """An address of the provider moves, or is gone.

    Why: clients read the document at their start, or once in hours. Until then they ask the former address for keys
    and tokens.

    Fix: let the former address answer until every client has read the document anew.
    """
    for pointer in _ENDPOINTS if new.kind == "oidc" and is_provider(new) else ():
        before, after = shown(old, pointer), shown(new, pointer)
        if before and after and before != after:
            yield Hit(where(new, pointer), f"{pointer} moves", Difference(pointer, before, after))
        elif before and is_missing(new, pointer) and pointer not in _NEEDED:
            yield Hit(where(new, pointer), f"{pointer} is gone", Difference(pointer, before, None))


def is_provider(new: Configuration) -> bool:
    """Whether it signs people in for others."""
    return new.flow("single-sign-on-provider") is not None


RULES = (issuer_elsewhere, document_incomplete, ability_lost, address_moved)
