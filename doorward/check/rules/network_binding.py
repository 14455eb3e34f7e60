"""Sessions bound to a network: which people move within a wider one?"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import EVERY_FORM, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.fact import Flow
from doorward.model.finding import Difference, Severity

_SHIBBOLETH = "https://shibboleth.atlassian.net/wiki/spaces/SP3/pages/2065334342/Sessions"
_CGNAT = "https://www.rfc-editor.org/rfc/rfc6888"
_AFTER = (
    "sessions written under it keep the narrow network and go on failing after the setting is put back, until they are "
    "cleared"
)
_WIDEST_KEPT = {"binding-ipv4": 24, "binding-ipv6": 56}
"""Carriers and schools leave by several addresses of one /24; a subscriber's IPv6 network is a /56 (RIPE-690)."""


def _prefixes(configuration: Configuration) -> Iterator[tuple[Flow, int]]:
    for name in _WIDEST_KEPT:
        flow = configuration.flow(name)
        if flow and flow.values and flow.values[0].isdigit():
            yield flow, int(flow.values[0])


@rule(
    "SC-01",
    severity=Severity.PARTIAL,
    effect=effect(
        "people behind a network with several outgoing addresses",
        "from their next sign-in on",
        "are sent back to the sign-in form",
        *EVERY_FORM,
    ),
    catalogue=(),
    sources=(_SHIBBOLETH, _CGNAT, "incident: 2023-10-11-portal"),
)
def narrower_than_the_network(new: Configuration) -> Hits:
    """A session is bound to a narrower network than people have.

    Why: schools, companies and mobile carriers let people out by several addresses, and the next request may come by
    another one than the sign-in. The password is right, and the sign-in form comes back. People with one address
    notice nothing, so that the share that fails is the share of such networks. The network is written into each
    session once: sessions written under the narrow prefix keep failing after it is put back, until they are cleared.

    Fix: bind to /24 for IPv4 and /56 for IPv6, or wider; after a fault, clear the sessions that were written under
    it.
    """
    for flow, prefix in _prefixes(new):
        if prefix > _WIDEST_KEPT[flow.name]:
            yield Hit(flow.where, f"sessions are bound to /{prefix}; {_AFTER}")


@rule(
    "SC-02",
    severity=Severity.PARTIAL,
    effect=effect(
        "people behind a network with several outgoing addresses",
        "from their next sign-in on",
        "are sent back to the sign-in form",
        *EVERY_FORM,
    ),
    catalogue=(),
    sources=(_SHIBBOLETH, _CGNAT, "incident: 2023-10-11-portal"),
)
def narrowed(old: Configuration, new: Configuration) -> Hits:
    """A session is bound to a narrower network than before.

    Why: those whose network is wider than the new prefix, and within the old one, could keep their session and now
    cannot. Sessions written under the new prefix keep it: they go on failing after the setting is put back, until
    cleared.

    Fix: keep the prefix, or watch the share of sessions that are refused as `network-changed` while it is narrowed.
    """
    before = {flow.name: prefix for flow, prefix in _prefixes(old)}
    for flow, prefix in _prefixes(new):
        was = before.get(flow.name)
        is_narrower = was is not None and prefix and (was == 0 or prefix > was)
        if is_narrower and prefix <= _WIDEST_KEPT[flow.name]:  # a still narrower one is SC-01
            change = Difference(flow.where.pointer, str(was), str(prefix))
            yield Hit(flow.where, f"sessions are bound to /{prefix}, and were to /{was}; {_AFTER}", change)


@rule(
    "SC-03",
    severity=Severity.NOTE,
    effect=effect("people whose cookie is stolen", "from the next sign-in on", "are less protected"),
    catalogue=(),
    sources=(_SHIBBOLETH,),
)
def unbound(old: Configuration, new: Configuration) -> Hits:
    """Sessions are not bound to a network any more.

    Why: nobody is sent away by it, but a copied cookie works from anywhere.

    Fix: bind to /24 and /56, which hurts nobody.
    """
    before = {flow.name: prefix for flow, prefix in _prefixes(old)}
    for flow, prefix in _prefixes(new):
        if prefix == 0 and before.get(flow.name):
            change = Difference(flow.where.pointer, str(before[flow.name]), "0")
            yield Hit(flow.where, "sessions are not bound to a network any more", change)


RULES = (narrower_than_the_network, narrowed, unbound)
