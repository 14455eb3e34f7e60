"""Lint of the escalation chain: what would keep a page from a person, said before the night it matters.

In: the chain and the channels by name. Out: problems, in the order of the chain; an empty tuple is a chain that holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from doorward.errors import Problem
from doorward.respond.channels import channels as kinds
from doorward.respond.channels import known_kinds
from doorward.settings_tables import ChannelTable, LevelTable

# In the two reports that Doorward comes from, the second level was asked after 27 minutes of an outage of 52, and the
# last one "as the resolution time extended" to 150: a quarter of an hour a level is the most that would have helped.
LONGEST_LEVEL_S = 900.0
LONGEST_CHAIN_S = 1800.0
# Nobody reads a page, opens a laptop and acknowledges in less: the next level would always be woken too.
SHORTEST_LEVEL_S = 60.0


def lint(chain: Sequence[LevelTable], channels: Mapping[str, ChannelTable]) -> tuple[Problem, ...]:
    """Every problem of the chain."""
    if not chain:
        fix = "add [[respond.level]] tables, first to last: who is paged, and who next"
        return (Problem("respond.empty", "nobody is paged: the escalation chain is empty", "respond.level", fix),)
    return (*_levels(chain, channels), *_whole(chain), *_tables(chain, channels))


def _levels(chain: Sequence[LevelTable], channels: Mapping[str, ChannelTable]) -> Iterator[Problem]:
    for number, level in enumerate(chain):
        where = f"respond.level[{number}]"
        if level.name in [earlier.name for earlier in chain[:number]]:
            yield Problem("respond.repeated", f"level {level.name!r} stands twice", where, "name whom it asks instead")
        for earlier in chain[:number]:
            if set(level.channels) <= set(earlier.channels):
                what = (
                    f"{level.name} is reached by no other channel than {earlier.name}: the same people are asked again"
                )
                yield Problem("respond.same-people", what, f"{where}.channels", "give it a channel of its own")
                break
        known = [channels[name].kind for name in level.channels if name in channels]
        if known and set(known) == {"console"}:
            what = f"{level.name} is reached by the console only: nobody watches it at night"
            yield Problem("respond.console-only", what, f"{where}.channels", "add a channel that reaches a person")


def _whole(chain: Sequence[LevelTable]) -> Iterator[Problem]:
    if len(chain) == 1:
        what = f"{chain[0].name} is the only level: nobody is asked if they do not answer"
        yield Problem("respond.one-level", what, "respond.level", "add a second [[respond.level]]")
    for number, level in enumerate(chain[:-1]):
        where = f"respond.level[{number}].after_s"
        if level.after_s > LONGEST_LEVEL_S:
            what = f"{level.name} may stay silent for {level.after_s:.0f} s before the next level is asked"
            yield Problem("respond.too-long", what, where, f"at most {LONGEST_LEVEL_S:.0f}")
        if level.after_s < SHORTEST_LEVEL_S:
            what = f"{level.name} has {level.after_s:.0f} s to answer: the next level is woken every time"
            yield Problem("respond.too-short", what, where, f"at least {SHORTEST_LEVEL_S:.0f}")
    total = sum(level.after_s for level in chain[:-1])
    if total > LONGEST_CHAIN_S:
        what = f"{chain[-1].name} is asked only after {total:.0f} s"
        yield Problem("respond.chain-too-long", what, "respond.level", f"at most {LONGEST_CHAIN_S:.0f} s in all")


def _tables(chain: Sequence[LevelTable], channels: Mapping[str, ChannelTable]) -> Iterator[Problem]:
    for name in dict.fromkeys(name for level in chain for name in level.channels):
        table = channels.get(name)
        if table is None:
            yield Problem("respond.channel", f"channel {name!r} does not exist", "channel", "add a [[channel]] table")
            continue
        kind = kinds().get(table.kind)
        if kind is None:
            yield Problem("respond.kind", f"kind {table.kind!r} is not known", f"channel {name}", known_kinds())
            continue
        for key in kind.lacks(table):
            yield Problem(
                "respond.incomplete", f"{key} is not set", f"channel {name}", f"a {table.kind} channel needs it"
            )
