"""Environments side by side: does one name the hosts of another, hold its secrets, or sign people in otherwise?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from doorward.check.rule import EVERY_SIGN_IN, GuardedService, Hit, Hits, effect, rule
from doorward.check.web_address import host_of
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Callback, Cookie, Endpoint, Issuer, Secret, SigningKey, Where
from doorward.model.finding import Difference, Severity, What
from doorward.model.service import Component

Part = tuple[Component, Configuration]

_CONFIG = "https://12factor.net/config"
_DRIFT = "https://12factor.net/dev-prod-parity"
# Where a service of its own differs by right: addresses, hosts, ports, files, names of things, and how much it says.
_OWN = re.compile(
    r"(^|[._\[-])(url|urls|uri|uris|host|hosts|port|issuer|domain|domains|path|file|files|directory|dir|address|name|user"
    r"|database|db|log|logging|level|debug|workers|monitoring|id|server_name|listen|proxy_pass|ssl_certificate)\b",
    re.IGNORECASE,
)
_NO_WORD = re.compile(r"://|^/|^digest:|\.[a-z]{2,}(:\d+)?(/|$)|^$", re.IGNORECASE)


def _counterparts(service: GuardedService) -> Iterator[tuple[Part, Part]]:
    """Each part with what does the same in another environment: same role and kind, told apart by name if need be."""
    for part in service.parts:
        component = part[0]
        for name in sorted({other.environment for other, _ in service.beside}) if component.environment else ():
            there = [other for other in service.beside if other[0].environment == name and _alike(other[0], component)]
            same = [other for other in there if _bare(other[0]) == _bare(component)] if len(there) > 1 else there
            if len(same) == 1:
                yield part, same[0]


def _alike(one: Component, other: Component) -> bool:
    return (one.role, one.kind) == (other.role, other.kind)


def _bare(component: Component) -> str:
    """The name without that of the environment: `auth` of `staging-auth` and of `auth-staging`."""
    parts = [part for part in component.name.split("-") if part != component.environment]
    return "-".join(parts)


@rule(
    "SERVICE-08",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone of that environment",
        "from the next sign-in on",
        "is sent to the other environment, or refused on the way back",
        *EVERY_SIGN_IN,
    ),
    catalogue=("CC-06",),
    sources=(_CONFIG,),
)
def hosts_of_another_environment(service: GuardedService) -> Hits:
    """A configuration names the hosts of another environment.

    Why: a file that was meant for one environment, or copied from it, has been put into another. People are sent to the
    wrong provider or back to the wrong address; cookies for a host that is not theirs are dropped.

    Fix: put the file of this environment in, or give each environment its own value from its own surroundings.
    """
    own = _hosts(service.parts)
    theirs = {host: name for host, name in _hosts(service.beside).items() if host not in own}
    for component, configuration in service.parts if own else ():
        places = {(where, host): said for where, said, host in _named(configuration) if component.environment}
        for (where, host), said in places.items():
            if host in theirs:
                yield Hit(where, f"{said} of {component.environment} is at {host}, which belongs to {theirs[host]}")


def _hosts(parts: tuple[Part, ...]) -> dict[str, str]:
    """The hosts that people use, each with its environment, as doorward.toml says; what files say may be the fault."""
    ends = [(component, configuration.endpoint("public")) for component, configuration in parts]
    told = {host_of(end.url): part.environment for part, end in ends if end and end.where.path.startswith("--")}
    return {host: name for host, name in told.items() if host}


def _named(configuration: Configuration) -> Iterator[tuple[Where, str, str]]:
    """What sends people somewhere: place, in words, host."""
    for issuer in configuration.facts_of(Issuer):
        yield issuer.where, "the issuer", host_of(issuer.url)
    for callback in configuration.facts_of(Callback):
        if callback.side == "client":
            yield callback.where, "the callback", host_of(callback.url)
    for end in configuration.facts_of(Endpoint):
        if not end.where.path.startswith("--"):
            yield end.where, f"the {end.purpose} address", host_of(end.url)
    for cookie in configuration.facts_of(Cookie):
        yield cookie.where, f"the {cookie.purpose} cookie", (cookie.domain or "").lstrip(".").lower()


@rule(
    "SERVICE-09",
    severity=Severity.LATENT,
    effect=effect(
        "people of both environments",
        "when the one secret is renewed, or is lost in one of them",
        "are signed out or refused in both",
        What.EXISTING_SESSION,
        What.SSO_RETURN,
    ),
    catalogue=("CC-06",),
    sources=(_CONFIG,),
)
def one_secret_for_two_environments(service: GuardedService) -> Hits:
    """Two environments have one secret.

    Why: a session or a token of one is good in the other. Whoever renews the secret must hit both at the same moment,
    and a try in staging signs people out in production.

    Fix: give each environment a secret of its own.
    """
    for (component, here), (other, there) in _counterparts(service):
        if component.environment > other.environment:
            continue  # told once, at the first by name
        taken = {digest for _, digest in _secrets(there)}
        for where, digest in _secrets(here):
            if digest in taken:
                yield Hit(where, f"{component.environment} and {other.environment} have one secret here")


def _secrets(configuration: Configuration) -> Iterator[tuple[Where, str]]:
    for key in configuration.facts_of(SigningKey):
        if key.digest:
            yield key.where, key.digest
    for secret in configuration.facts_of(Secret):
        if secret.digest:
            yield secret.where, secret.digest


@rule(
    "SERVICE-10",
    severity=Severity.NOTE,
    effect=effect(
        "people of one environment", "from the next deploy on", "may be hurt by what was never tried in the other"
    ),
    catalogue=("CC-04",),
    sources=(_DRIFT,),
)
def environments_differ(service: GuardedService) -> Hits:
    """A setting has another value in another environment.

    Why: what is tried in one environment says little of the other where they differ. Addresses, names, files and
    secrets differ by right and are not told of; how sessions, cookies and sign-in work should be the same.

    Fix: make them the same, or put up with it by a suppression that says why.
    """
    for (component, here), (other, there) in _counterparts(service):
        if component.environment > other.environment:
            continue
        theirs = {setting.pointer: setting for setting in there.settings}
        for setting in here.settings:
            against = theirs.get(setting.pointer)
            if _is_drift(setting, against):
                assert against is not None  # _is_drift says so
                change = Difference(setting.pointer, setting.shown, against.shown)
                message = (
                    f"{setting.pointer} is {setting.shown} in {component.environment}"
                    f" and {against.shown} in {other.environment}"
                )
                yield Hit(setting.where, message, change)


def _is_drift(one: Setting, other: Setting | None) -> bool:
    """Whether both are known words, and say how something works."""
    if other is None or one.shown is None or other.shown is None or one.shown == other.shown:
        return False
    return not (_OWN.search(one.pointer) or _NO_WORD.search(one.shown) or _NO_WORD.search(other.shown))


RULES = (hosts_of_another_environment, one_secret_for_two_environments, environments_differ)
