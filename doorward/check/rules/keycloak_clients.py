"""Clients of a realm: can people still sign in to each, and does it still learn what it needs of them?

That a callback or a client is taken out, or a secret replaced, the rules CLIENT-01, CLIENT-03 and CLIENT-04 say.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import EVERY_SIGN_IN, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.keycloak.compare import changed, gone, lost, pairs_of, switched
from doorward.systems.keycloak.document import Section, pairs, realms
from doorward.systems.keycloak.redaction import MASKED

_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"
_ADMIN = "https://www.keycloak.org/docs/latest/server_admin/"
_CHECKER = "https://github.com/keycloak/keycloak/blob/main/services/src/main/java/org/keycloak/protocol/oidc/endpoints/AuthorizationEndpointChecker.java"
_NEXT = "from the next sign-in on"
_OF_CLIENT = "people who sign in to that client"
_RETURN = (What.SSO_RETURN, What.TOKEN_REFRESH)


def _clients(new: Configuration) -> Iterator[Section]:
    for realm in realms(new):
        yield from (client for client in realm.items("clients") or () if client.text("clientId"))


def _pairs(old: Configuration, new: Configuration) -> Iterator[tuple[Section, Section]]:
    for before, after in pairs(old, new):
        yield from pairs_of(before, after, "clients", "clientId")


# Keycloak makes this client in every realm and signs nobody in to it.
_OWN = frozenset(("broker",))
_BY_SECRET = frozenset(("client-secret", "client-secret-jwt"))


def _is_saml(client: Section) -> bool:
    return client.text("protocol") == "saml"


@rule(
    "KEYCLOAK-C02",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, "at the next sign-in", "read `Invalid parameter: redirect_uri`", What.SSO_RETURN),
    catalogue=("KC-C02",),
    sources=(_MEASURED, "https://iteratec.github.io/kcwarden/", _CHECKER),
)
def no_callback(new: Configuration) -> Hits:
    """A client may send people nowhere.

    Why: sign-in by redirect is on, and no address is allowed for the way back, so that every request is refused.

    Fix: put the client's callback into `redirectUris`, or switch `standardFlowEnabled` off.
    """
    for client in _clients(new):
        is_open = client.truth("standardFlowEnabled") is True and client.truth("enabled", True) is True
        empty = client.texts("redirectUris") == () and not client.holds_unknown("redirectUris")
        own = client.text("clientId") in _OWN
        if is_open and empty and not own and client.truth("bearerOnly", False) is False and not _is_saml(client):
            yield Hit(client.where("redirectUris"), f"client {client.text('clientId')} has no redirectUris")


@rule(
    "KEYCLOAK-C03",
    severity=Severity.PARTIAL,
    effect=effect(
        "people of that app in the browser", "at the next renewal", "wait for ever or seem signed out", *_RETURN
    ),
    catalogue=("KC-C03",),
    sources=(_MEASURED, "https://fetch.spec.whatwg.org/#http-cors-protocol", _ADMIN + "#_client-credentials"),
)
def origin_taken_out(old: Configuration, new: Configuration) -> Hits:
    """An app in the browser may not ask for tokens any more.

    Why: the browser hands the answer of the token endpoint only to origins that Keycloak names (CORS). The redirect
    works, the password is right, and the app hangs afterwards.

    Fix: keep the app's origin in `webOrigins`; `+` stands for the origins of all callbacks.
    """
    for was, now in _pairs(old, new):
        off = lost(was, now, "webOrigins")
        kept = now.texts("webOrigins") or ()
        if off and now.truth("publicClient") is not False and not {"*", "+"} & set(kept):
            where = now.where("webOrigins")
            message = f"calls from {', '.join(off)} to client {now.text('clientId')} are blocked by browsers"
            yield Hit(where, message, Difference(where.pointer, ", ".join(off), None))


@rule(
    "KEYCLOAK-C05",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, "from the import on", "are refused after their password was right", *_RETURN),
    catalogue=("KC-C05",),
    sources=(
        _MEASURED,
        "https://gist.github.com/goeh/fe35c1ac9d0c1e5aae5579b24db486e3",
        "https://github.com/keycloak/keycloak/issues/19373",
    ),
)
def stars_for_a_secret(new: Configuration) -> Hits:
    """A client's secret is the row of stars that an export writes.

    Why: the export of the administration pages hides secrets. Where the file makes the client, the stars become its
    secret, and the client, which knows the real one, is refused.

    Fix: put a placeholder there that is filled in at import, or leave `secret` out.
    """
    for client in _clients(new):
        by_secret = client.text("clientAuthenticatorType", "client-secret") in _BY_SECRET
        if client.text("secret") == MASKED and by_secret and client.truth("publicClient", False) is False:
            yield Hit(client.where("secret"), f"the secret of client {client.text('clientId')} is ten stars")


@rule(
    "KEYCLOAK-C06",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, _NEXT, "are refused after their password was right", *_RETURN),
    catalogue=("KC-C06", "KC-C07"),
    sources=(_MEASURED, "https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1", _ADMIN + "#_client-credentials"),
)
def must_prove_itself(old: Configuration, new: Configuration) -> Hits:
    """A client must prove itself, or in another way than before.

    Why: a public client has no secret to send, and one that sends a secret signs no assertion. Keycloak refuses it at
    the token endpoint (`unauthorized_client`).

    Fix: change the client first; an app in the browser stays public.
    """
    for was, now in _pairs(old, new):
        name = now.text("clientId")
        if step := switched(was, now, "publicClient", False):
            yield Hit(now.where("publicClient"), f"client {name} was public and must send a secret now", step)
        elif now.truth("publicClient", False) is False and (
            step := changed(was, now, "clientAuthenticatorType", "client-secret")
        ):
            yield Hit(now.where("clientAuthenticatorType"), f"client {name} must prove itself by {step.after}", step)


@rule(
    "KEYCLOAK-C08",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, "at once", "are stopped at the provider", *EVERY_SIGN_IN, What.TOKEN_REFRESH),
    catalogue=("KC-C08",),
    sources=(
        _MEASURED,
        _CHECKER,
    ),
)
def sign_in_switched_off(old: Configuration, new: Configuration) -> Hits:
    """Sign-in to a client is switched off.

    Why: a client that is disabled, bearer-only or without the standard flow may not begin a sign-in: people see an
    error page of Keycloak.

    Fix: switch it off only when nobody signs in to it.
    """
    steps = (("enabled", False, True), ("standardFlowEnabled", False, True), ("bearerOnly", True, False))
    for was, now in _pairs(old, new):
        for key, to, default in steps:
            if step := switched(was, now, key, to, default):
                told = f"{key} of client {now.text('clientId')} is {str(to).lower()}: nobody signs in to it"
                yield Hit(now.where(key), told, step)
                break


@rule(
    "KEYCLOAK-C10",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, _NEXT, "read `Missing parameter: code_challenge_method`", What.SSO_RETURN),
    catalogue=("KC-C10",),
    sources=(_MEASURED, _CHECKER, "https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1"),
)
def challenge_demanded(old: Configuration, new: Configuration) -> Hits:
    """A client must send a code challenge from now on.

    Why: PKCE protects the code, and once it is demanded every sign-in without it is refused.

    Fix: let the client send it first (`code_challenge_method` S256), see that it does, and demand it then.
    """
    key = "attributes.pkce.code.challenge.method"
    for was, now in _pairs(old, new):
        before, after = was.text(key, ""), now.text(key)
        if after and before is not None and after != before:
            where = now.where(key)
            message = f"client {now.text('clientId')} must send PKCE ({after}) from now on"
            yield Hit(where, message, Difference(where.pointer, before, after))


@rule(
    "KEYCLOAK-C11",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, _NEXT, "come back with a token that the client does not trust", *_RETURN),
    catalogue=("KC-C11",),
    sources=(
        _MEASURED,
        "https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation",
    ),
)
def other_algorithm(old: Configuration, new: Configuration) -> Hits:
    """Tokens for a client are signed by another algorithm.

    Why: a client accepts the algorithm it is set to, RS256 if nothing is said, and refuses every other.

    Fix: see that the client accepts the new algorithm before the change.
    """
    keys = ("attributes.id.token.signed.response.alg", "attributes.access.token.signed.response.alg")
    for was, now in _pairs(old, new):
        for key in keys:
            if (step := changed(was, now, key, "")) and step.after:
                message = f"tokens for client {now.text('clientId')} are signed by {step.after}"
                yield Hit(now.where(key), message, step)
                break


@rule(
    "KEYCLOAK-C12",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, "from the next token on", "are let in without their rights, or not at all", *_RETURN),
    catalogue=("KC-C12", "KC-R30", "OI-03"),
    sources=(
        _MEASURED,
        _ADMIN + "#_protocol-mappers",
        "https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview",
        "https://www.keycloak.org/docs/25.0.0/upgrading",
    ),
)
def claims_lost(old: Configuration, new: Configuration) -> Hits:
    """Tokens for a client lose claims.

    Why: clients read groups, roles, audience or the mail address from the token. Without them the sign-in works, and
    the client answers 403, refuses the audience, or finds no account. `basic` carries `sub`, by which clients know
    the person.

    Fix: keep the scope or mapper until no client reads what it adds.
    """
    for was, now in _pairs(old, new):
        if off := lost(was, now, "defaultClientScopes"):
            where = now.where("defaultClientScopes")
            message = f"tokens for client {now.text('clientId')} lose the scopes {', '.join(off)}"
            yield Hit(where, message, Difference(where.pointer, ", ".join(off), None))
        yield from _mappers_lost(was, now, f"client {now.text('clientId')}")
    for before, after in pairs(old, new):
        for was, now in pairs_of(before, after, "clientScopes", "name"):
            yield from _mappers_lost(was, now, f"clients with the scope {now.text('name')}")


def _mappers_lost(was: Section, now: Section, whose: str) -> Iterator[Hit]:
    for mapper in gone(was, now, "protocolMappers", "name"):
        claim = (
            mapper.text("config.claim.name") or mapper.text("config.included.client.audience") or mapper.text("name")
        )
        where = now.where("protocolMappers")
        yield Hit(where, f"tokens for {whose} lose {claim}", Difference(mapper.pointer, mapper.text("name"), None))


@rule(
    "KEYCLOAK-C13",
    severity=Severity.NOTE,
    effect=effect(
        _OF_CLIENT, _NEXT, "are asked for their consent; silent renewal fails until they give it", What.SSO_RETURN
    ),
    catalogue=("KC-C13",),
    sources=(
        _MEASURED,
        "https://openid.net/specs/openid-connect-core-1_0.html#AuthError",
    ),
)
def consent_asked(old: Configuration, new: Configuration) -> Hits:
    """People must consent before they get to a client.

    Why: a page stands between them and the app, and a silent sign-in (`prompt=none`) answers `consent_required`. An app
    that renews silently signs its people out: for a public client this is more than a note.

    Fix: announce it, and let the app fall back to a visible sign-in.
    """
    for was, now in _pairs(old, new):
        if step := switched(was, now, "consentRequired", True, False):
            severity = Severity.PARTIAL if now.truth("publicClient") is True else None
            yield Hit(now.where("consentRequired"), f"client {now.text('clientId')} asks for consent", step, severity)


@rule(
    "KEYCLOAK-C14",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign out of that client",
        "at once",
        "read `Invalid redirect uri` and may stay signed in",
        What.SIGN_OUT,
    ),
    catalogue=("KC-C14",),
    sources=(
        _MEASURED,
        "https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RedirectionAfterLogout",
    ),
)
def sign_out_address_taken_out(old: Configuration, new: Configuration) -> Hits:
    """A client may not come back to its page after sign-out.

    Why: the address that it names is not on the list any more, and Keycloak shows an error instead of signing out.

    Fix: keep it in `post.logout.redirect.uris`; `+` stands for all callbacks.
    """
    key = "attributes.post.logout.redirect.uris"
    for was, now in _pairs(old, new):
        before, after = was.text(key), now.text(key, "")
        if not before or after is None or not now.speaks_of("attributes"):
            continue
        off = [one for one in before.split("##") if one and one not in after.split("##")]
        if off and "+" not in after.split("##"):
            where = now.where(key if now.speaks_of(key) else "attributes")
            message = f"client {now.text('clientId')} may not return to {', '.join(off)} after sign-out"
            yield Hit(where, message, Difference(now.where(key).pointer, before, after or None))


RULES = (
    no_callback,
    origin_taken_out,
    stars_for_a_secret,
    must_prove_itself,
    sign_in_switched_off,
    challenge_demanded,
    other_algorithm,
    claims_lost,
    consent_asked,
    sign_out_address_taken_out,
)
