"""The flows of a realm: does the path of sign-in exist, and can a person get to its end?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorward.check.rule import EVERY_SIGN_IN, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.keycloak.document import Section, pairs, realms

_ADMIN = "https://www.keycloak.org/docs/latest/server_admin/#_authentication-flows"
_IMPORT = "https://github.com/keycloak/keycloak/blob/main/server-spi-private/src/main/java/org/keycloak/models/utils/RepresentationToModel.java"
_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"

# Flows that every realm is made with; a file that holds a part of a realm need not repeat them.
_BUILT_IN = frozenset(
    (
        "browser",
        "direct grant",
        "registration",
        "reset credentials",
        "clients",
        "docker auth",
        "first broker login",
        "http challenge",
        "saml ecp",
        "registration form",
    )
)
_BOUND = ("browserFlow", "directGrantFlow", "resetCredentialsFlow", "registrationFlow")
# Steps that by themselves let nobody in who is not in already.
_NO_WAY_IN = frozenset(
    ("auth-cookie", "auth-username-form", "auth-otp-form", "deny-access-authenticator", "allow-access-authenticator")
)
_PASSWORD = frozenset(("auth-username-password-form", "auth-password-form", "basic-auth", "http-basic-authenticator"))
_SECOND = {"auth-otp-form": "a one-time code", "webauthn-authenticator": "a security key"}


@dataclass(frozen=True, slots=True)
class _Step:
    """An execution that is on: which, whether it stands under a condition, and how it is required."""

    section: Section
    authenticator: str
    is_conditional: bool
    requirement: str


def _steps(flows: dict[str, Section], alias: str, conditional: bool, seen: tuple[str, ...]) -> Iterator[_Step | None]:
    """Every step of a flow that is on; None for a part that the file does not tell."""
    flow = flows.get(alias)
    executions = flow.items("authenticationExecutions") if flow else None
    if executions is None or alias in seen:
        yield None
        return
    for execution in executions:
        required = (execution.text("requirement") or "").upper()
        if required == "DISABLED":
            continue
        below, name = execution.text("flowAlias"), execution.text("authenticator")
        if below:
            yield from _steps(flows, below, conditional or required == "CONDITIONAL", (*seen, alias))
        elif name and required:
            yield _Step(execution, name, conditional, required)
        else:
            yield None


def _browser(realm: Section) -> tuple[_Step | None, ...] | None:
    """The steps of the realm's browser flow; None where the file does not hold it."""
    flows = {alias: flow for flow in realm.items("authenticationFlows") or () if (alias := flow.text("alias"))}
    alias = realm.text("browserFlow", "browser")
    return tuple(_steps(flows, alias, False, ())) if alias and alias in flows else None


def _place(realm: Section) -> Section:
    alias = realm.text("browserFlow", "browser")
    flows = realm.items("authenticationFlows") or ()
    return next((flow for flow in flows if flow.text("alias") == alias), realm)


@rule(
    "KEYCLOAK-R20",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone", "at the import", "keeps the former realm, or finds a server that does not start", What.START
    ),
    catalogue=("KC-R20",),
    sources=(_IMPORT, _MEASURED),
)
def flow_missing(new: Configuration) -> Hits:
    """A flow is named that is not defined.

    Why: the import looks the flow up by its alias and fails when there is none, with an error that does not name it. A
    server that imports its realm at the start does not start.

    Fix: write the alias as it stands under `authenticationFlows`, capitals and spaces too.
    """
    for realm in realms(new):
        flows = realm.items("authenticationFlows")
        aliases = {flow.text("alias") for flow in flows or ()}
        if not flows or None in aliases:
            continue
        for key in _BOUND:
            alias = realm.text(key)
            if alias and alias not in aliases and not _is_built_in(realm, key, alias):
                yield Hit(realm.where(key), f"{key} names {alias!r}, and no flow has that alias")


def _is_built_in(realm: Section, key: str, alias: str) -> bool:
    """Whether the flow is there without being in the file; a whole export would have its own browser flow."""
    return alias in _BUILT_IN and not (key == "browserFlow" and realm.speaks_of("keycloakVersion"))


@rule(
    "KEYCLOAK-R21",
    severity=Severity.OUTAGE,
    effect=effect("everyone who is not signed in", "at once", "cannot sign in", *EVERY_SIGN_IN),
    catalogue=("KC-R21",),
    sources=(_ADMIN, _MEASURED),
)
def no_way_in(new: Configuration) -> Hits:
    """No step of the browser flow can let a person in.

    Why: what is left are steps that recognise who is in already, or ask for a second proof of somebody who is not known
    yet. Those who are signed in notice nothing until their session ends.

    Fix: switch the step back on that checks a password, a key or another provider.
    """
    for realm in realms(new):
        steps = _browser(realm)
        if steps is not None and None not in steps and not any(_lets_in(step) for step in steps if step):
            flow = _place(realm)
            yield Hit(flow.where(), f"no step of {flow.text('alias')!r} can let a person in")


def _lets_in(step: _Step) -> bool:
    return step.authenticator not in _NO_WAY_IN and not step.authenticator.startswith("conditional-")


@rule(
    "KEYCLOAK-R21C",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in with a password", "at once", "is not asked for one", *EVERY_SIGN_IN),
    catalogue=("KC-R21",),
    sources=(_ADMIN, _MEASURED),
)
def password_step_gone(old: Configuration, new: Configuration) -> Hits:
    """The browser flow does not check passwords any more.

    Why: the step was taken out or switched off. People who have nothing but a password cannot sign in; sessions that
    are there mostly go on, which hides it; where what is left asks for a person who is not known, they stop too.

    Fix: keep the step until everyone has another way in.
    """
    for before, after in pairs(old, new):
        was, now = _browser(before), _browser(after)
        if was is None or now is None or None in now:
            continue
        if _asks_password(was) and not _asks_password(now) and any(_lets_in(step) for step in now if step):
            flow = _place(after)
            yield Hit(flow.where(), f"{flow.text('alias')!r} does not ask for a password any more")


def _asks_password(steps: tuple[_Step | None, ...]) -> bool:
    return any(step.authenticator in _PASSWORD for step in steps if step)


def _forced(steps: tuple[_Step | None, ...] | None) -> dict[str, Section]:
    """Second proofs that everyone must give, by the step that asks for them."""
    told = (step for step in steps or () if step)
    return {
        step.authenticator: step.section
        for step in told
        if step.authenticator in _SECOND and step.requirement == "REQUIRED" and not step.is_conditional
    }


@rule(
    "KEYCLOAK-R22",
    severity=Severity.PARTIAL,
    effect=effect(
        "everyone without that second proof", "from the next sign-in on", "must set it up to get in", *EVERY_SIGN_IN
    ),
    catalogue=("KC-R22",),
    sources=(_MEASURED, _ADMIN, "https://www.keycloak.org/docs/latest/server_admin/#_otp-policy"),
)
def second_proof_forced(old: Configuration, new: Configuration) -> Hits:
    """Everyone must give a second proof from now on.

    Why: it makes accounts safer, and stops at the door whoever has none: they must set it up in the middle of a
    sign-in, with the phone or key at hand. Where the action that sets it up is off, they cannot get in at all.

    Fix: put the step under a condition (`Condition - user configured`), ask people to set it up, and require it once
    most have.
    """
    for before, after in pairs(old, new):
        was, now = _browser(before), _forced(_browser(after))
        for name, section in now.items() if was is not None else ():
            if name not in _forced(was):
                blocked = name == "auth-otp-form" and _action_is_off(after, "CONFIGURE_TOTP")
                end = ", and the action that sets it up is off: they cannot get in" if blocked else ""
                change = Difference(section.where("requirement").pointer, None, "REQUIRED")
                message = f"{_SECOND[name]} is asked of everyone, also of those who have none{end}"
                yield Hit(section.where("requirement"), message, change, Severity.OUTAGE if blocked else None)


def _action_is_off(realm: Section, alias: str) -> bool:
    actions = realm.items("requiredActions") or ()
    return any(action.text("alias") == alias and action.truth("enabled") is False for action in actions)


@rule(
    "KEYCLOAK-R23",
    severity=Severity.PARTIAL,
    effect=effect(
        "administrators", "from the next sign-in on", "are sent to another provider and find no form", *EVERY_SIGN_IN
    ),
    catalogue=("KC-R23",),
    sources=("https://github.com/keycloak/keycloak/issues/31377",),
)
def administrators_sent_away(new: Configuration) -> Hits:
    """The realm of administrators sends everyone to another provider.

    Why: with a default provider there is no form for a local administrator. When that provider fails, nobody can
    put it right.

    Fix: leave the redirector of `master` without a default provider, and keep a local administrator.
    """
    for realm in realms(new):
        if realm.text("realm") != "master":
            continue
        for provider, config in _sent_to(realm).items():
            yield Hit(config.where("config.defaultProvider"), f"administrators are sent to {provider}")


def _sent_to(realm: Section) -> dict[str, Section]:
    """The providers that everyone is sent to, each with the configuration that says so."""
    configs = {config.text("alias"): config for config in realm.items("authenticatorConfig") or ()}
    found = {}
    for step in _browser(realm) or ():
        config = configs.get(step.section.text("authenticatorConfig")) if step else None
        provider = config.text("config.defaultProvider") if config else None
        if step and config and provider and step.authenticator == "identity-provider-redirector":
            found[provider] = config
    return found


@rule(
    "KEYCLOAK-R23C",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who has a password here", "at once", "is sent to another provider and finds no form", *EVERY_SIGN_IN
    ),
    catalogue=("KC-R23",),
    sources=(_MEASURED, _ADMIN),
)
def people_sent_away(old: Configuration, new: Configuration) -> Hits:
    """Everyone is sent to another provider from now on.

    Why: with a default provider the page of sign-in is not shown. Whoever has no account there cannot get in, and when
    that provider fails nobody can.

    Fix: see that each person has an account there; clients that need the form can ask for it by `prompt=login`.
    """
    for before, after in pairs(old, new):
        if _browser(before) is None or before.text("realm") == "master":
            continue
        was = _sent_to(before)
        for provider, config in _sent_to(after).items():
            if provider not in was:
                where = config.where("config.defaultProvider")
                yield Hit(where, f"everyone is sent to {provider}", Difference(where.pointer, None, provider))


RULES = (
    flow_missing,
    no_way_in,
    password_step_gone,
    second_proof_forced,
    administrators_sent_away,
    people_sent_away,
)
