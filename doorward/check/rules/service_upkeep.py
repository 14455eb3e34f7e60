"""What ends: suppressions whose day is past or that cover nothing, certificates, secrets and passwords."""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import EVERYTHING, GuardedService, Hit, Hits, effect, rule
from doorward.model.fact import Flow, Where
from doorward.model.finding import Severity, What

_DECIDED = "docs/checking.md, Living with a finding for a while"
_VALIDITY = "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"
_SECRETS = ("secret", "password", "key", "token")
_LATER = effect(
    "whoever signs in with its help",
    "from that moment on",
    "is refused after the password was right",
    What.SSO_RETURN,
    What.TOKEN_REFRESH,
)


def _told(service: GuardedService, name: str) -> Iterator[tuple[Flow, tuple[str, str, str]]]:
    """The facts of that name that say what, until which day, and how that stands."""
    for _, configuration in service.parts:
        for flow in configuration.facts_of(Flow):
            if flow.name == name and flow.values and len(flow.values) == 3:
                yield flow, (flow.values[0], flow.values[1], flow.values[2])


@rule(
    "IGNORE-01",
    severity=Severity.LATENT,
    effect=effect("whoever relies on the check", "since that day", "sees again what was put off"),
    catalogue=(),
    sources=(_DECIDED,),
)
def suppression_past(service: GuardedService) -> Hits:
    """A suppression's day is past.

    Why: somebody decided to live with a finding until that day. The day has come, so the finding is shown again, and
    the decision is due.

    Fix: mend what the rule says, or decide again, with a reason and another day; then take the old one out.
    """
    for flow, (rule_id, until, state) in _told(service, "suppression"):
        if state == "past":
            yield Hit(flow.where, f"the suppression of {rule_id} ended on {until}")


@rule(
    "IGNORE-02",
    severity=Severity.NOTE,
    effect=effect("nobody now", "when the fault comes back", "would not be told of it"),
    catalogue=(),
    sources=(_DECIDED,),
)
def suppression_unused(service: GuardedService) -> Hits:
    """A suppression covers nothing.

    Why: what it put off has been mended, or it stands at another line or names another pointer than was meant. Left
    there, it would hide the fault when it comes back.

    Fix: take it out; or, if the finding is still shown, put it on the line of the finding or directly above it.
    """
    for flow, (rule_id, _, state) in _told(service, "suppression"):
        if state == "unused":
            yield Hit(flow.where, f"nothing is found here that this suppression of {rule_id} covers")


@rule(
    "CERT-01",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "since that moment", "is warned off by the browser, or refused", *EVERYTHING),
    catalogue=("KC-S09", "CC-01"),
    sources=(_VALIDITY,),
)
def certificate_ended(service: GuardedService) -> Hits:
    """A certificate that a configuration holds or names has ended, or ends within thirty days.

    Why: from that moment browsers stop people before the sign-in page, and other services refuse the connection.

    Fix: renew it and reload what uses it; then let a machine renew it, and probe for its end.
    """
    later = effect("everyone", "from that moment on", "is warned off by the browser, or refused", *EVERYTHING)
    for where, kind, name, at, state in _ends(service):
        if kind == "certificate" and state == "ended":
            yield Hit(where, f"the certificate {name} ended at {at}")
        elif kind == "certificate" and state == "soon":
            yield Hit(where, f"the certificate {name} ends at {at}", None, Severity.LATENT, later)


@rule(
    "SECRET-01",
    severity=Severity.PARTIAL,
    effect=effect(
        "whoever signs in with its help",
        "since that moment",
        "is refused after the password was right",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("OI-13",),
    sources=(
        "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1",
        "https://learn.microsoft.com/en-us/graph/api/resources/passwordcredential",
    ),
)
def secret_ended(service: GuardedService) -> Hits:
    """A secret or a password has ended, or ends within thirty days.

    Why: at that moment the other side refuses whoever shows it: a client at its provider, a service at its directory or
    database. Nothing was changed on either side, so nobody looks there.

    Fix: make the next one now, give it to both sides, then take the old one away.
    """
    for where, kind, name, at, state in _ends(service):
        if kind in _SECRETS and state == "ended":
            yield Hit(where, f"the {kind} {name} ended at {at}")
        elif kind in _SECRETS and state == "soon":
            yield Hit(where, f"the {kind} {name} ends at {at}", None, Severity.LATENT, _LATER)


def _ends(service: GuardedService) -> Iterator[tuple[Where, str, str, str, str]]:
    """What ends: place, kind of thing, name, when, and whether it has ended or does soon."""
    for _, configuration in service.parts:
        for flow in configuration.facts_of(Flow):
            if flow.name == "end" and flow.values and len(flow.values) == 4:
                kind, name, at, state = flow.values
                yield flow.where, kind, name, at, state


RULES = (suppression_past, suppression_unused, certificate_ended, secret_ended)
