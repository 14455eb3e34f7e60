"""What a client of a realm must do from now on, or may not do any more: it protects people, and it has its price."""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.keycloak.compare import changed, lost, pairs_of, switched
from doorward.systems.keycloak.document import Section, pairs, realms

_ADMIN = "https://www.keycloak.org/docs/latest/server_admin/"
_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"
_OF_CLIENT = "people who sign in to that client"
_NEXT = "from the next sign-in on"
_RETURN = (What.SSO_RETURN, What.TOKEN_REFRESH)
_SHORTEST_S = 300
"""As for the sessions of people: less is a number of minutes written where seconds are counted."""


def _pairs(old: Configuration, new: Configuration) -> Iterator[tuple[Section, Section]]:
    for before, after in pairs(old, new):
        yield from pairs_of(before, after, "clients", "clientId")


_GRANTS = {
    "directAccessGrantsEnabled": effect(
        "people of tools that ask for the password themselves",
        "at once",
        "cannot sign in (`Client not allowed for direct access grants`)",
        What.NEW_SIGN_IN,
    ),
    "implicitFlowEnabled": effect(
        "people of pages that take the token from the address",
        _NEXT,
        "come back with `unauthorized_client`",
        What.SSO_RETURN,
    ),
    "serviceAccountsEnabled": effect(
        "people who need that service", "when its token ends", "see it fail: it may not sign in", What.TOKEN_REFRESH
    ),
}


@rule(
    "KEYCLOAK-C08G",
    severity=Severity.PARTIAL,
    effect=_GRANTS["directAccessGrantsEnabled"],
    catalogue=("KC-C08",),
    sources=(_MEASURED, _ADMIN + "#capability-config", "https://www.rfc-editor.org/rfc/rfc9700#section-2.4"),
)
def grant_switched_off(old: Configuration, new: Configuration) -> Hits:
    """A client may not sign in the way it could.

    Why: taking a password in the client, or a token from the address, is rightly advised against. A client that still
    does so is refused from the moment of the change.

    Fix: look in the events for sign-ins of that client by that grant (`grant_type`, `response_type`); move it to the
    code flow first.
    """
    for was, now in _pairs(old, new):
        for key, hurt in _GRANTS.items():
            if step := switched(was, now, key, False):
                yield Hit(now.where(key), f"{key} of client {now.text('clientId')} is off", step, effect=hurt)


_REQUESTS = {
    "require.pushed.authorization.requests": "push its requests first",
    "tls.client.certificate.bound.access.tokens": "show a certificate when it fetches tokens",
}


@rule(
    "KEYCLOAK-C10D",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, _NEXT, "are stopped at the provider or on the way back", *_RETURN),
    catalogue=("KC-C07",),
    sources=(_MEASURED, "https://www.rfc-editor.org/rfc/rfc9126", "https://www.rfc-editor.org/rfc/rfc8705"),
)
def asked_for_more(old: Configuration, new: Configuration) -> Hits:
    """A client must ask in a stricter way.

    Why: pushed or signed requests and tokens bound to a certificate protect the exchange, and a client that does none
    of it is refused.

    Fix: let the client do it first, see that it does, and demand it then.
    """
    for was, now in _pairs(old, new):
        name = now.text("clientId")
        for key, demand in _REQUESTS.items():
            if step := switched(was, now, f"attributes.{key}", True, False):
                yield Hit(now.where(f"attributes.{key}"), f"client {name} must {demand}", step)
        key = "attributes.request.object.required"
        step = changed(was, now, key, "not required")
        if step and (step.after or "not required") != "not required":
            yield Hit(now.where(key), f"client {name} must send signed requests ({step.after})", step)


@rule(
    "KEYCLOAK-C10P",
    severity=Severity.PARTIAL,
    effect=effect(
        "people of every client that the policy names and that does not meet it", _NEXT, "are stopped", *_RETURN
    ),
    catalogue=("KC-C10",),
    sources=(_MEASURED, _ADMIN + "#_client_policies"),
)
def policy_begins(old: Configuration, new: Configuration) -> Hits:
    """A policy for clients begins, or demands more.

    Why: a policy holds for the clients that are there too, each time one asks. Whatever does not send what its profile
    demands is refused, though nothing of the client itself has changed.

    Fix: try the policy on one client by its condition, and widen it as clients are ready.
    """
    for before, after in pairs(old, new):
        was = _policies(before)
        for name, (section, demands) in _policies(after).items():
            more = demands - was[name][1] if name in was else demands
            if more:
                change = Difference(section.pointer, None, ", ".join(sorted(more)))
                yield Hit(section.where(), f"the policy {name} demands {', '.join(sorted(more))}", change)


def _policies(realm: Section) -> dict[str, tuple[Section, frozenset[str]]]:
    """Policies that are on, by name, with what their profiles demand; a profile of the server stands for itself."""
    executors = {
        profile.text("name"): {one.text("executor") or "" for one in profile.items("executors") or ()}
        for profile in realm.items("clientProfiles.profiles") or ()
    }
    found = {}
    for policy in realm.items("clientPolicies.policies") or ():
        if (name := policy.text("name")) and policy.truth("enabled") is True:
            profiles = policy.texts("profiles") or ()
            demands = frozenset(one for profile in profiles for one in executors.get(profile, {profile}) if one)
            found[name] = policy, demands
    return found


@rule(
    "KEYCLOAK-C12F",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, "from the next token on", "are let in without their rights", *_RETURN),
    catalogue=("KC-C12",),
    sources=(_MEASURED, _ADMIN + "#_role_scope_mappings"),
)
def fewer_roles(old: Configuration, new: Configuration) -> Hits:
    """A client gets those roles only that are given to it.

    Why: without full scope a token carries the roles of the person that the client is scoped for, which is none at
    first. The client answers 403 to people who have the role.

    Fix: give the client its roles (`scopeMappings`) in the same change.
    """
    for was, now in _pairs(old, new):
        if step := switched(was, now, "fullScopeAllowed", False, True):
            message = f"tokens for client {now.text('clientId')} carry only roles of its own scope"
            yield Hit(now.where("fullScopeAllowed"), message, step)


@rule(
    "KEYCLOAK-C12O",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, _NEXT, "come back with `invalid_scope` if the client asks for it", *_RETURN),
    catalogue=("KC-C12",),
    sources=(_MEASURED, "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1"),
)
def scope_not_to_be_had(old: Configuration, new: Configuration) -> Hits:
    """A client may not ask for a scope any more.

    Why: Keycloak refuses the whole request when it names a scope that is not the client's.

    Fix: let the client stop asking for it first.
    """
    for was, now in _pairs(old, new):
        by_default = now.texts("defaultClientScopes") or ()
        off = [scope for scope in lost(was, now, "optionalClientScopes") if scope not in by_default]
        if off:
            where = now.where("optionalClientScopes")
            message = f"client {now.text('clientId')} may not ask for {', '.join(off)}"
            yield Hit(where, message, Difference(where.pointer, ", ".join(off), None))


_TARGETS = ("id.token.claim", "access.token.claim", "userinfo.token.claim")


@rule(
    "KEYCLOAK-C12M",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, "from the next token on", "are let in without their rights, or not at all", *_RETURN),
    catalogue=("KC-C12",),
    sources=(_MEASURED, _ADMIN + "#_protocol-mappers"),
)
def claim_elsewhere(old: Configuration, new: Configuration) -> Hits:
    """A claim is not written where it was, or has another name.

    Why: clients read a claim by its name, from the identity token, the access token or the answer of userinfo. They do
    not look in the others.

    Fix: write it in both places until every client reads the new one.
    """
    for before, after in pairs(old, new):
        owners = (
            *pairs_of(before, after, "clients", "clientId"),
            *pairs_of(before, after, "clientScopes", "name"),
        )
        for was, now in (mappers for owner in owners for mappers in pairs_of(*owner, "protocolMappers", "name")):
            for key in _TARGETS:
                if step := switched(was, now, f"config.{key}", False):
                    message = f"{now.text('name')} is not written any more ({key})"
                    yield Hit(now.where(f"config.{key}"), message, step)
            if step := changed(was, now, "config.claim.name"):
                yield Hit(now.where("config.claim.name"), f"the claim {step.before} is {step.after} now", step)


@rule(
    "KEYCLOAK-C15R",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, "when their token ends", "must sign in again", What.TOKEN_REFRESH),
    catalogue=("KC-R15",),
    sources=(_MEASURED, "https://www.rfc-editor.org/rfc/rfc6749#section-1.5"),
)
def no_refresh_tokens(old: Configuration, new: Configuration) -> Hits:
    """A client gets no refresh tokens any more.

    Why: it can keep people signed in only as long as one access token lives.

    Fix: see that the client renews by `prompt=none`, or leave `use.refresh.tokens` on.
    """
    key = "attributes.use.refresh.tokens"
    for was, now in _pairs(old, new):
        if step := switched(was, now, key, False, True):
            yield Hit(now.where(key), f"client {now.text('clientId')} gets no refresh tokens", step)


@rule(
    "KEYCLOAK-C18",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, "within minutes", "are signed out of it", What.EXISTING_SESSION, What.TOKEN_REFRESH),
    catalogue=("KC-C18", "KC-R11"),
    sources=(_MEASURED, _ADMIN + "#_timeouts"),
)
def client_ends_within_minutes(new: Configuration) -> Hits:
    """A client's own session ends within five minutes.

    Why: the times of a client take the place of the realm's, in seconds. When its session is over its refresh tokens
    are refused (`Client session not active`), while the person stays signed in elsewhere.

    Fix: leave the client's time empty, or write seconds: half an hour is 1800.
    """
    keys = ("client.session.idle.timeout", "client.session.max.lifespan")
    for realm in realms(new):
        for client in realm.items("clients") or ():
            for key in keys:
                life = client.number(f"attributes.{key}")
                if life is not None and 0 < life < _SHORTEST_S:
                    message = f"{key} of client {client.text('clientId')} is {life} s"
                    yield Hit(client.where(f"attributes.{key}"), message)


RULES = (
    grant_switched_off,
    asked_for_more,
    policy_begins,
    fewer_roles,
    scope_not_to_be_had,
    claim_elsewhere,
    no_refresh_tokens,
    client_ends_within_minutes,
)
