"""Authelia as an OpenID provider: its clients and its signing keys."""

from __future__ import annotations

from urllib.parse import urlsplit

from doorward.check.rule import EVERYTHING, Hit, Hits, effect, rule
from doorward.check.values import has, is_missing, items, shown, where
from doorward.model.configuration import Configuration
from doorward.model.fact import Flow
from doorward.model.finding import Difference, Severity, What

_CLIENTS = "https://www.authelia.com/configuration/identity-providers/openid-connect/clients/"
_PROVIDER = "https://www.authelia.com/configuration/identity-providers/openid-connect/provider/"
_VALIDATOR = "authelia/authelia internal/configuration/validator/identity_providers.go"
_REFUSED = effect("everyone", "at the next start", "gets no answer: Authelia does not start", What.START, *EVERYTHING)
_TABLE = "identity_providers.oidc"
_WITHOUT_SECRET = ("none", "private_key_jwt")


@rule(
    "AUTHELIA-06",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client", "from the next sign-in on", "are stopped at the provider", What.SSO_RETURN
    ),
    catalogue=("AD-05", "OI-05"),
    sources=(_CLIENTS + "#redirect_uris", "https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2"),
)
def no_way_back(new: Configuration) -> Hits:
    """A client has no address to which people could come back.

    Why: the provider sends people only to an address on the client's list, compared sign by sign. An address that is
    relative, or carries a fragment, is never asked for.

    Fix: list the client's whole callback address, without a fragment.
    """
    for table in items(new, f"{_TABLE}.clients") if new.kind == "authelia" else ():
        pointer = f"{table}.redirect_uris"
        if is_missing(new, pointer) and _signs_people_in(new, table):
            yield Hit(where(new, pointer), "the client has no callback address")
        for one in items(new, pointer) or (pointer,):
            url = shown(new, one)
            if url and (not urlsplit(url).scheme or "#" in url or url != url.strip()):
                yield Hit(where(new, one), f"{url} is no callback address that a client can ask for")


def _signs_people_in(new: Configuration, table: str) -> bool:
    grants = [shown(new, item) for item in items(new, f"{table}.grant_types")]
    return not grants or None in grants or "authorization_code" in grants or "implicit" in grants


@rule(
    "AUTHELIA-07",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("AD-05", "AD-06"),
    sources=(_CLIENTS + "#client_secret", _PROVIDER + "#jwks", _VALIDATOR),
)
def provider_refused(new: Configuration) -> Hits:
    """Authelia refuses a client or a signing key.

    Why: it does not start with a signing key that is empty or holds no private key, with two clients of one name, with
    a client that should have a secret and has none, or with a public client that has one.

    Fix: mend the value that is named.
    """
    if new.kind != "authelia":
        return
    for flow in new.facts_of(Flow):
        if flow.name == "jwk" and flow.values and flow.values != ("private",):
            held = "is empty" if flow.values == ("empty",) else f"holds a {flow.values[0]}, no private key"
            yield Hit(flow.where, f"the signing key {held}")
    if has(new, f"{_TABLE}.jwks") and not is_missing(new, f"{_TABLE}.issuer_private_key"):
        yield Hit(where(new, f"{_TABLE}.issuer_private_key"), "stands beside jwks, which replaced it")
    seen: set[str] = set()
    for table in items(new, f"{_TABLE}.clients"):
        yield from _client(new, table, seen)


def _client(new: Configuration, table: str, seen: set[str]) -> Hits:
    pointer = f"{table}.id" if has(new, f"{table}.id") else f"{table}.client_id"
    name = shown(new, pointer)
    if is_missing(new, pointer):
        yield Hit(where(new, pointer), "a client without a name")
    elif name and name in seen:
        yield Hit(where(new, pointer), f"a second client is named {name}")
    seen.add(name or "")
    flow = new.flow(f"client-secret {table}")
    form = flow.values if flow else None
    if flow is None or form is None:
        return
    public, method = shown(new, f"{table}.public") == "true", shown(new, f"{table}.token_endpoint_auth_method")
    if public and form != ("none",):
        yield Hit(flow.where, "a public client has a secret")
    elif form == ("none",) and not _may_be_public(new, table) and method not in _WITHOUT_SECRET:
        yield Hit(flow.where, "the client has no secret, and is not public")


def _may_be_public(new: Configuration, table: str) -> bool:
    return not is_missing(new, f"{table}.public") and shown(new, f"{table}.public") != "false"


@rule(
    "AUTHELIA-08",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client",
        "from the next sign-in on",
        "are refused after their password was right, if the client keeps its former secret",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("AD-05", "OI-08"),
    sources=(_CLIENTS + "#client_secret", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2"),
)
def hash_changed(old: Configuration, new: Configuration) -> Hits:
    """The hash of a client's secret is another one.

    Why: a new hash of the same secret changes nothing; the hash of a new secret locks the client out until it has the
    secret too. The hash alone does not tell which.

    Fix: give the client the new secret in the same step.
    """
    before = {flow.name: flow for flow in old.facts_of(Flow) if flow.values == ("hash",)}
    for flow in new.facts_of(Flow) if new.kind == "authelia" else ():
        was = before.get(flow.name)
        if was is None or flow.values != ("hash",) or _name(old, was) != _name(new, flow):
            continue
        digests = shown(old, was.where.pointer), shown(new, flow.where.pointer)
        if digests[0] != digests[1]:
            yield Hit(
                flow.where, "the hash of the client's secret is another one", Difference(flow.where.pointer, *digests)
            )


def _name(configuration: Configuration, flow: Flow) -> str | None:
    table = flow.name.partition(" ")[2]
    return shown(configuration, f"{table}.client_id") or shown(configuration, f"{table}.id")


RULES = (no_way_back, provider_refused, hash_changed)
