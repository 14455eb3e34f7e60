"""Dex's config.yaml in, Facts and redacted settings out.

Values from the environment (`secretEnv`, `$VARIABLE`) and actions of a template are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Fact, Flow, Issuer, Secret, Store
from doorward.systems import Target
from doorward.systems.django.redaction import is_unknown
from doorward.systems.oidc.document import Document, open_document, place_of, surroundings

_HEADERS = re.compile(rb"^(issuer|storage|staticClients|connectors|enablePasswordDB|staticPasswords|oauth2):", re.M)
_TELLING = frozenset((b"staticClients", b"connectors", b"enablePasswordDB", b"staticPasswords"))
_PLACE_KEYS = ("file", "host", "port", "database", "namespace", "endpoints[0]", "kubeConfigFile", "inCluster")

# The keys whose values say how sign-in works and hold no secret and no person; any other value is shown as its digest.
_NAMES = """
absoluteLifetime algorithm allowedGrantTypes alwaysShowLoginScreen authRequests baseDN ca claimMapping clientCert
clientID codeChallengeMethodsSupported cookieName database deviceRequests disableRotation emailAttr enablePasswordDB
endpoints enforce file filter getUserInfo grantTypes groupAttr grpc host http https id idAttr idEnv idTokens inCluster
insecureEnableGroups insecureNoSSL insecureSkipEmailVerified insecureSkipVerify issuer keysRotationPeriod
kubeConfigFile level loginURL mode nameAttr name namespace passwordConnector postLogoutRedirectURIs port
preferredUsernameAttr public redirectURI redirectURIs responseTypes reuseInterval rootCA scope scopes secretEnv
signingKeys skipApprovalScreen startTLS theme tlsCert tlsClientCA trustedPeers type userAttr userIDKey username
userNameKey validIfNotUsedFor
"""
_SHOWN = frozenset(_NAMES.split())


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is a configuration of Dex, whatever its name."""
    found = set(_HEADERS.findall(content))
    return b"issuer" in found and (b"storage" in found or bool(found & _TELLING))


def read(target: Target) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read or is not YAML."""
    document = open_document(target)
    return Configuration(
        kind=target.kind,
        target=target.name,
        facts=(*surroundings(target), *_facts(document)),
        settings=document.settings(_SHOWN, people="staticPasswords"),
    )


def _facts(document: Document) -> Iterator[Fact]:
    yield Issuer(document.where("issuer"), document.text("issuer"))
    yield Flow(document.where("issuer"), "single-sign-on-provider", ("oidc",))
    yield _store(document)
    if document.templated:  # what is missing here, a template may add
        yield Flow(document.where("issuer"), "templated", ("yes",))
    yield from document.certificates()
    for table in document.items("staticClients"):
        client = document.text(f"{table}.id") or document.text(f"{table}.idEnv") or table
        yield Secret(document.where(f"{table}.secret"), client, document.digest(f"{table}.secret"))
        pointer = f"{table}.redirectURIs"
        for item in document.items(pointer) or (pointer,):
            yield Callback(document.where(item), client, document.text(item), "provider")


def _store(document: Document) -> Store:
    """Where Dex keeps its keys, and the refresh tokens that keep people signed in."""
    engine = document.text("storage.type")
    values = [document.values.get(f"storage.config.{key}") for key in _PLACE_KEYS]
    place = None if engine is None or any(is_unknown(value) for value in values) else place_of(engine, *values)
    return Store(document.where("storage.type"), engine, None, place, None)
