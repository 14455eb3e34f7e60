"""What doorward.toml says of a service beside what its parts say: the public address, and the proxy's headers."""

from __future__ import annotations

from doorward.check.rule import EVERY_SIGN_IN, GuardedService, Hit, Hits, effect, rule
from doorward.check.web_address import origin_of
from doorward.model.configuration import Configuration
from doorward.model.fact import Endpoint, Flow
from doorward.model.finding import Severity, What
from doorward.model.service import Role


def _told_outside(fact: Endpoint | Flow) -> bool:
    """Whether it was said beside the files: in doorward.toml, or on the command line."""
    return fact.where.path.startswith("--")


@rule(
    "SERVICE-06",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in",
        "from the next sign-in on",
        "are sent to an address that is not the one they use",
        What.SSO_RETURN,
        What.RECOVERY,
    ),
    catalogue=("OI-05", "OP-11"),
    sources=("https://www.rfc-editor.org/rfc/rfc9700#section-2.1",),
)
def two_public_addresses(service: GuardedService) -> Hits:
    """A part takes itself for another address than the one people use.

    Why: it builds callbacks, links in mails and the issuer from its own idea of its address. People who come by the
    other one are sent away from it, and cookies set there do not come along.

    Fix: make `public_url` in doorward.toml and the part's own public address one and the same.
    """
    for component, configuration in service.parts:
        ends = [end for end in configuration.facts_of(Endpoint) if end.purpose == "public" and end.url]
        told = [end for end in ends if _told_outside(end)]
        for own in (end for end in ends if not _told_outside(end)):
            if told and origin_of(told[0].url) != origin_of(own.url):
                message = f"{component.name} takes itself for {own.url}, but people use {told[0].url}"
                yield Hit(own.where, message)


@rule(
    "SERVICE-07",
    severity=Severity.LATENT,
    effect=effect(
        "everyone",
        "from the next start on",
        "finds forms refused or is redirected without end, though the check said that all is well",
        *EVERY_SIGN_IN,
    ),
    catalogue=("KC-S03", "KC-S04", "DJ-29"),
    sources=("https://www.rfc-editor.org/rfc/rfc7239#section-5",),
)
def header_not_set(service: GuardedService) -> Hits:
    """doorward.toml counts on a header that the proxy does not set.

    Why: a service behind a proxy that ends TLS knows by headers alone that people come by HTTPS, and under which name.
    The check believed what doorward.toml says of the proxy; the proxy's own configuration says otherwise.

    Fix: let the proxy set the header, or take it out of `forwarded` in doorward.toml and see what the check says then.
    """
    proxies = [configuration for component, configuration in service.parts if component.role is Role.PROXY]
    told = [_headers(configuration) for configuration in proxies]
    if len(proxies) != 1 or not told[0]:
        return
    where, known = told[0]
    for component, configuration in service.parts:
        flow = configuration.flow("forwarded-headers")
        if component.role is Role.PROXY or flow is None or not _told_outside(flow):
            continue
        for header in flow.values or ():
            if header.lower() not in known:
                yield Hit(where.where, f"{component.name} counts on {header}, which the proxy does not set")


def _headers(configuration: Configuration) -> tuple[Flow, frozenset[str]] | None:
    """The headers that the proxy's own configuration sets, lower case; None where it does not tell."""
    for flow in configuration.facts_of(Flow):
        if flow.name == "forwarded-headers" and flow.values is not None and not _told_outside(flow):
            return flow, frozenset(value.lower() for value in flow.values)
    return None


RULES = (two_public_addresses, header_not_set)
