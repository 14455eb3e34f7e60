"""Two kinds of people come to a rehearsal: how each got on, on both sides, in; one outcome a probe out. Pure.

Some people's requests come from one address. Others stand behind a shared exit with several outgoing addresses of one
network, so that each of their requests may come from another: a session that is bound to an address loses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doorward.check.rehearsal.outcome import PROBES, Outcome, Reason
from doorward.check.rehearsal.proxy import VISITOR
from doorward.model.finding import What

Outcomes = Mapping[What, Outcome]

HOME = (VISITOR,)
SHARED_EXIT = ("203.0.113.10", "203.0.113.77", "203.0.113.142", "203.0.113.201")
"""Spread over one network of /24, as a provider's or a school's exits are. Source: RFC 5737, as the address of HOME."""

ONLY_SHARED = "only people behind a network with several outgoing addresses; others get in"
NEITHER_SHARED = "people behind a network with several outgoing addresses do not get in, before and after"


def joined(home: tuple[Outcomes, Outcomes], shared: tuple[Outcomes, Outcomes]) -> tuple[Outcomes, Outcomes]:
    """Old and new: how people at home got on, unless only those behind a shared exit lose or win what they had not."""
    pairs = {probe: _joined((home[0][probe], home[1][probe]), (shared[0][probe], shared[1][probe])) for probe in PROBES}
    return {probe: pair[0] for probe, pair in pairs.items()}, {probe: pair[1] for probe, pair in pairs.items()}


def _joined(home: tuple[Outcome, Outcome], shared: tuple[Outcome, Outcome]) -> tuple[Outcome, Outcome]:
    if not (home[0].works and home[1].works) or (shared[0].works and shared[1].works):
        return home
    if Reason.NOTHING_OPEN in (shared[0].reason, shared[1].reason):
        return home
    if not shared[0].works and not shared[1].works:
        return replace(home[0], note=NEITHER_SHARED), replace(home[1], note=NEITHER_SHARED)
    old, new = (side if side.works else replace(side, note=ONLY_SHARED) for side in shared)
    return old, new
