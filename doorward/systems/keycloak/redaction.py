"""Values of a Keycloak configuration in, what people may see of them out.

Booleans and durations are shown; a text only under a key whose meaning is known, any other as its keyed digest. The
stars that Keycloak writes in place of a secret are shown as they are: they are a fault where they are imported.
"""

from __future__ import annotations

import re
from functools import lru_cache

from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import digest, without_people
from doorward.systems.django.redaction import is_unknown as is_placeholder

MASKED = "**********"

_SECRET = re.compile(r"secret|passw|credential|private|passphrase|salt|(^|[._-])token$|api[._-]?key|bind-?dn", re.I)
_PLAIN = re.compile(r"true|false|-?\d{1,10}", re.I)
_CERTAIN = re.compile(r"[A-Za-z0-9.:/*-]*")
_DURING_CLI = re.compile(r"\$\(")

# Keys, by their last part or whole dotted name, whose texts say how sign-in works and are no secret by their meaning.
_SHOWN = frozenset(
    [
        "realm",
        "enabled",
        "sslRequired",
        "clientId",
        "alias",
        "providerId",
        "name",
        "type",
        "subType",
        "protocol",
        "protocolMapper",
        "authenticator",
        "requirement",
        "flowAlias",
        "authenticatorConfig",
        "clientAuthenticatorType",
        "redirectUris",
        "webOrigins",
        "rootUrl",
        "baseUrl",
        "adminUrl",
        "defaultClientScopes",
        "optionalClientScopes",
        "defaultDefaultClientScopes",
        "defaultOptionalClientScopes",
        "browserFlow",
        "registrationFlow",
        "directGrantFlow",
        "resetCredentialsFlow",
        "clientAuthenticationFlow",
        "dockerAuthenticationFlow",
        "firstBrokerLoginFlow",
        "firstBrokerLoginFlowAlias",
        "postBrokerLoginFlowAlias",
        "frontendUrl",
        "loginTheme",
        "emailTheme",
        "accountTheme",
        "adminTheme",
        "passwordPolicy",
        "keycloakVersion",
        "defaultSignatureAlgorithm",
        "algorithm",
        "keyUse",
        "kid",
        "priority",
        "active",
        "editMode",
        "cachePolicy",
        "usernameLDAPAttribute",
        "uuidLDAPAttribute",
        "rdnLDAPAttribute",
        "usersDn",
        "connectionUrl",
        "authType",
        "vendor",
        "authorizationUrl",
        "tokenUrl",
        "jwksUrl",
        "userInfoUrl",
        "logoutUrl",
        "issuer",
        "clientAuthMethod",
        "syncMode",
        "singleSignOnServiceUrl",
        "singleLogoutServiceUrl",
        "nameIDPolicyFormat",
        "principalType",
        "principalAttribute",
        "entityId",
        "eventsListeners",
        "claim.name",
        "included.client.audience",
        "included.custom.audience",
        "host",
        "port",
        "from",
        "defaultProvider",
        "secretSize",
        "keySize",
        "decisionStrategy",
        "bruteForceStrategy",
        "otpPolicyType",
        "otpPolicyAlgorithm",
        "executor",
        "profiles",
        "request.object.required",
        "pkce.code.challenge.method",
        "post.logout.redirect.uris",
        "access.token.signed.response.alg",
        "id.token.signed.response.alg",
        "token.endpoint.auth.signing.alg",
        "saml.client.signature",
        "saml.signature.algorithm",
        "saml_name_id_format",
        "saml_force_name_id_format",
        "acr.loa.map",
        "useTruststoreSpi",
        "ellipticCurveKey",
        "ecdsaEllipticCurveKey",
        "contentSecurityPolicy",
        "xFrameOptions",
        "strictTransportSecurity",
    ]
)
_SHOWN_IN_SERVER = re.compile(
    r"hostname|proxy|http-(enabled|host|port|relative)|https-(port|client-auth|certificate-file|protocols)"
    r"|features|cache|db$|db-(schema|url|url-host|url-port|url-database|driver)$|health|metrics|log-level|truststore-paths"
)


def is_unknown(value: object) -> bool:
    """Whether the value is a placeholder: `${X}`, `${X:default}`, `$(env:X)`, `{{ x }}`."""
    if not isinstance(value, str) or _CERTAIN.fullmatch(value):
        return False
    return is_placeholder(value) or bool(_DURING_CLI.search(value))


def shown(pointer: str, value: object) -> object:
    """The value as people may see it, of the same type where it is shown; None for what is not known."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, list):
        return tuple(str(item) for item in (shown(pointer, one) for one in value) if item is not None)
    if is_unknown(value):
        return None
    if value in ("", MASKED):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if _may_be_shown(pointer, value):
        return without_people(value, digest_key()) if isinstance(value, str) else value
    return digest(digest_key(), value)


def server_shown(key: str, value: str) -> str | None:
    """The same for a key of kc.conf; an address of a database loses its parameters, which may hold a password."""
    if is_unknown(value):
        return None
    if not value or _PLAIN.fullmatch(value) or (_SHOWN_IN_SERVER.match(key) and not _SECRET.search(key)):
        bare = re.split(r"[?;]", value)[0] if key == "db-url" else value
        return without_people(bare, digest_key())
    return digest(digest_key(), value)


def _may_be_shown(pointer: str, value: object) -> bool:
    meant = _meaning(pointer.rpartition("]")[2].lstrip("."))
    return meant if meant is not None else not isinstance(value, str) or bool(_PLAIN.fullmatch(value))


@lru_cache(maxsize=8192)
def _meaning(leaf: str) -> bool | None:
    """Whether a key is shown or kept secret by its name; None where the value decides. Keys repeat in every client."""
    last = leaf.rpartition(".")[2]
    if last in _SHOWN or _names(leaf):
        return True
    return False if _SECRET.search(last) else None


def _names(leaf: str) -> tuple[str, ...]:
    """The endings of a dotted key that are shown by their whole name."""
    parts = leaf.split(".")
    endings = (".".join(parts[start:]) for start in range(len(parts) - 1))
    return tuple(ending for ending in endings if ending in _SHOWN)
