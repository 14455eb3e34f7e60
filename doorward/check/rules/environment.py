"""Is this the configuration of the place that it goes to?"""

from __future__ import annotations

from doorward.check.rule import EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import host_of
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Endpoint, Fact, Flow, Issuer, Where
from doorward.model.finding import Difference, Severity

_FEWEST = 2
"""One name that changes is a change of that name; two kinds of name without anything in common are another place."""

Names = dict[str, tuple[Where, frozenset[str]]]


@rule(
    "ENV-01",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "is answered by a service that takes itself for another one", *EVERYTHING),
    catalogue=("CC-06",),
    sources=("incident: GitHub 2024-03-11", "incident: Azure 2020-09-28"),
)
def another_place(old: Configuration, new: Configuration) -> Hits:
    """This is the configuration of another place.

    Why: none of the names by which people reach the service is left: hosts, issuer, callbacks all belong elsewhere, as
    when the file of the test system is put on the real one.

    Fix: see which file goes where; to move a service for good, keep the old names beside the new ones for a while.
    """
    before, after = _names(old), _names(new)
    both = [kind for kind in before if kind in after]
    if len(both) < _FEWEST or any(before[kind][1] & after[kind][1] for kind in both):
        return
    where = after[both[0]][0]
    change = Difference(where.pointer, _told(before[both[0]][1]), _told(after[both[0]][1]))
    yield Hit(where, f"{' and '.join(both)} name {_told(after[both[0]][1])}, and none of the names before", change)


def _names(configuration: Configuration) -> Names:
    """The hosts that the file itself names, by what it names them for; local names say nothing."""
    found: dict[str, tuple[Where, set[str]]] = {}
    keys: dict[str, str] = {}
    for fact in configuration.facts:
        kind, hosts = _named(fact)
        if keys.setdefault(fact.where.pointer, kind) != kind:
            continue  # one key that says two things is one name
        kept = {host for host in hosts if host and host not in ("*", "localhost", "127.0.0.1", "::1", "[::1]")}
        if kept and not fact.where.path.startswith("--"):
            found.setdefault(kind, (fact.where, set()))[1].update(kept)
    return {kind: (where, frozenset(hosts)) for kind, (where, hosts) in found.items()}


def _named(fact: Fact) -> tuple[str, tuple[str, ...]]:
    if isinstance(fact, Flow) and fact.name in ("allowed-hosts", "trusted-origins"):
        return fact.name.replace("-", " "), tuple(host_of(value) or value for value in fact.values or ())
    if isinstance(fact, Issuer):
        return "issuer", (host_of(fact.url),)
    if isinstance(fact, Callback):
        return "callbacks", (host_of(fact.url),)
    if isinstance(fact, Endpoint) and fact.purpose == "public":
        return "public address", (host_of(fact.url),)
    return "", ()


def _told(hosts: frozenset[str]) -> str:
    return ", ".join(sorted(hosts))


RULES = (another_place,)
