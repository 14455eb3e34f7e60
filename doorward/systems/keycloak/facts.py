"""A document of Keycloak in, the Facts that hold for every kind out. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from doorward.model.fact import Callback, Fact, Flow, Issuer, Secret, SigningKey
from doorward.systems.keycloak.document import Document, Section
from doorward.systems.keycloak.redaction import MASKED

KEY_PROVIDERS = "components.org.keycloak.keys.KeyProvider"


def facts(document: Document) -> tuple[Fact, ...]:
    """Every Fact of the realms or of the server."""
    if document.is_server:
        return tuple(_of_server(Section(document, "")))
    return tuple(fact for pointer in document.realms for fact in _of_realm(Section(document, pointer)))


def issuer_base(server: Section) -> str | None:
    """The address before `/realms/…`; None where it follows the request or is not known.

    Source: keycloak.org/server/hostname: a full URL is taken as it is, a bare name gets the path of
    `http-relative-path`.
    """
    name = server.text("hostname")
    if not name:
        return None
    if "://" in name:
        return name.rstrip("/")
    if server.holds_unknown("http-relative-path"):
        return None
    return f"https://{name}" + (server.text("http-relative-path", "/") or "").rstrip("/")


def _of_server(server: Section) -> Iterator[Fact]:
    if server.speaks_of("hostname"):
        yield Issuer(server.where("hostname"), issuer_base(server))


def _of_realm(realm: Section) -> Iterator[Fact]:
    frontend, name = realm.text("attributes.frontendUrl"), realm.text("realm")
    if frontend and name:
        yield Issuer(realm.where("attributes.frontendUrl"), f"{frontend.rstrip('/')}/realms/{name}")
    if realm.items("clients") is not None:
        yield Flow(realm.where("clients"), "single-sign-on-provider", ("oidc", "saml"))
    for key in realm.items(KEY_PROVIDERS) or ():
        yield _key(key)
    for client in realm.items("clients") or ():
        yield from _client(client)


def _key(key: Section) -> SigningKey:
    purpose = "cookie" if (key.text("providerId") or "").startswith(("hmac", "aes")) else "token"
    secret = next((key.text(f"config.{name}") for name in ("privateKey", "secret") if key.text(f"config.{name}")), None)
    return SigningKey(
        key.where(), purpose, None if secret == MASKED else secret, fallback=key.truth("config.active") is False
    )


def _client(client: Section) -> Iterator[Fact]:
    name = client.text("clientId")
    if name is None:
        return
    secret = client.text("secret")
    yield Secret(client.where("secret"), name, None if secret in (MASKED, "") else secret)
    root = client.text("rootUrl") or ""
    for url in client.texts("redirectUris") or ():
        whole = root.rstrip("/") + url if url.startswith("/") and root else url
        yield Callback(client.where("redirectUris"), name, whole, "provider")
    if client.holds_unknown("redirectUris") or (client.speaks_of("rootUrl") and client.holds_unknown("rootUrl")):
        yield Callback(client.where("redirectUris"), name, None, "provider")
