"""Two realms in; what an operator does in the administration interface to make one of the other, done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from bench.keycloak.changes import Json
from bench.keycloak.server import Keycloak

_APART = frozenset(
    [
        "clients",
        "clientScopes",
        "components",
        "authenticationFlows",
        "authenticatorConfig",
        "requiredActions",
        "identityProviders",
        "roles",
        "groups",
        "users",
        "clientProfiles",
        "clientPolicies",
    ]
)
_CLIENT_LISTS = ("protocolMappers", "defaultClientScopes", "optionalClientScopes")


def change(server: Keycloak, old: Json, new: Json) -> None:
    """Make the change. Raises Refused when Keycloak does not take it."""
    realm = f"/{old['realm']}"
    _clients(server, realm, old, new)
    _scopes(server, realm, old, new)
    _components(server, realm, old, new)
    _flows(server, realm, old, new)
    _providers(server, realm, old, new)
    for before, after in _both(old, new, "requiredActions", "alias"):
        if before and after and before != after:
            server.ask("PUT", f"{realm}/authentication/required-actions/{after['alias']}", after)
    for role in _added(cast("Json", old["roles"]), cast("Json", new["roles"]), "realm", "name"):
        server.ask("POST", f"{realm}/roles", role)
    for group in _added(old, new, "groups", "name"):
        server.ask("POST", f"{realm}/groups", group)
    for key, path in (("clientProfiles", "profiles"), ("clientPolicies", "policies")):
        if key in new and new[key] != old.get(key):
            server.ask("PUT", f"{realm}/client-policies/{path}", new[key])
    own = {key: value for key, value in new.items() if key not in _APART and value != old.get(key)}
    if own:
        server.ask("PUT", realm, own)


def _both(old: Json, new: Json, key: str, name: str) -> Iterator[tuple[Json | None, Json | None]]:
    """Members of a list as they were and are, by name; None for one that is not there."""
    was = {member[name]: member for member in cast("list[Json]", old.get(key, []))}
    now = {member[name]: member for member in cast("list[Json]", new.get(key, []))}
    for called in {**was, **now}:
        yield was.get(called), now.get(called)


def _added(old: Json, new: Json, key: str, name: str) -> Iterator[Json]:
    return (after for before, after in _both(old, new, key, name) if before is None and after)


def _clients(server: Keycloak, realm: str, old: Json, new: Json) -> None:
    for before, after in _both(old, new, "clients", "clientId"):
        if before == after:
            continue
        if before is None:
            server.ask("POST", f"{realm}/clients", after)
            continue
        there = server.ask("GET", f"{realm}/clients?clientId={before['clientId']}").json()[0]
        place = f"{realm}/clients/{there['id']}"
        if after is None:
            server.ask("DELETE", place)
            continue
        own = {key: value for key, value in after.items() if key not in _CLIENT_LISTS and value != before.get(key)}
        if own:
            server.ask("PUT", place, {**there, **own})
        _mappers(server, place, before, after)
        for key, path in (
            ("defaultClientScopes", "default-client-scopes"),
            ("optionalClientScopes", "optional-client-scopes"),
        ):
            _scopes_of(server, realm, f"{place}/{path}", before[key], after[key])


def _scopes_of(server: Keycloak, realm: str, place: str, before: object, after: object) -> None:
    was, now = set(cast("list[str]", before)), set(cast("list[str]", after))
    ids = {one["name"]: one["id"] for one in server.ask("GET", f"{realm}/client-scopes").json()} if was != now else {}
    for name in was - now:
        server.ask("DELETE", f"{place}/{ids[name]}")
    for name in now - was:
        server.ask("PUT", f"{place}/{ids[name]}")


def _scopes(server: Keycloak, realm: str, old: Json, new: Json) -> None:
    for before, after in _both(old, new, "clientScopes", "name"):
        if before and after and before != after:
            ids = {one["name"]: one["id"] for one in server.ask("GET", f"{realm}/client-scopes").json()}
            _mappers(server, f"{realm}/client-scopes/{ids[after['name']]}", before, after)


def _mappers(server: Keycloak, place: str, old: Json, new: Json) -> None:
    models = f"{place}/protocol-mappers/models"
    for before, after in _both(old, new, "protocolMappers", "name"):
        if before == after:
            continue
        if before is None:
            server.ask("POST", models, after)
            continue
        there = next(one for one in server.ask("GET", models).json() if one["name"] == before["name"])
        if after is None:
            server.ask("DELETE", f"{models}/{there['id']}")
        else:
            server.ask("PUT", f"{models}/{there['id']}", {**there, **after})


def _components(server: Keycloak, realm: str, old: Json, new: Json) -> None:
    was, now = cast("Json", old["components"]), cast("Json", new["components"])
    for kind in {**was, **now}:
        for before, after in sorted(_both(was, now, kind, "name"), key=lambda pair: pair[0] is not None):
            if before == after:
                continue
            if before is None:
                parent = server.ask("GET", realm).json()["id"]
                server.ask("POST", f"{realm}/components", {**(after or {}), "providerType": kind, "parentId": parent})
                continue
            there = server.ask("GET", f"{realm}/components?name={before['name']}&type={kind}").json()[0]
            place = f"{realm}/components/{there['id']}"
            if after is None:
                server.ask("DELETE", place)
            elif _key(after) != _key(before):  # its certificate is made anew only with the component
                server.ask("DELETE", place)
                server.ask("POST", f"{realm}/components", {**there, "config": after["config"], "id": None})
            else:
                server.ask("PUT", place, {**there, "config": {**there["config"], **cast("Json", after["config"])}})


def _key(component: Json) -> object:
    return cast("Json", component["config"]).get("privateKey")


def _flows(server: Keycloak, realm: str, old: Json, new: Json) -> None:
    configs = {one["alias"]: one for one in cast("list[Json]", new["authenticatorConfig"])}
    for before, after in _both(old, new, "authenticationFlows", "alias"):
        if before is None or after is None or before == after:
            continue
        place = f"{realm}/authentication/flows/{after['alias']}/executions"
        there = [one for one in server.ask("GET", place).json() if one["level"] == 0]
        steps = cast("list[Json]", after["authenticationExecutions"])
        for was, step, shown in zip(cast("list[Json]", before["authenticationExecutions"]), steps, there, strict=True):
            if was["requirement"] != step["requirement"]:
                server.ask("PUT", place, {**shown, "requirement": step["requirement"]})
            if (alias := step.get("authenticatorConfig")) and alias != was.get("authenticatorConfig"):
                server.ask("POST", f"{realm}/authentication/executions/{shown['id']}/config", configs[alias])


def _providers(server: Keycloak, realm: str, old: Json, new: Json) -> None:
    place = f"{realm}/identity-provider/instances"
    for before, after in _both(old, new, "identityProviders", "alias"):
        if before == after:
            continue
        if before is None:
            server.ask("POST", place, after)
        elif after is None:
            server.ask("DELETE", f"{place}/{before['alias']}")
        else:
            server.ask("PUT", f"{place}/{before['alias']}", {**before, **after})
