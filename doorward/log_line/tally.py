"""Tally: what a chunk of lines comes to, without an event for each line: for batches, clusters and busy live logs.

In: bytes of whole lines and the width of a window. Out: who was counted under which key, and lines left to the parser.

A kind may have a tally of its own; it must come to what its parser comes to (test: both are compared on every log we
have and on damaged ones). Where it is not certain, it leaves the line to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor

from doorward.log_line.said import Parse
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent

# (number of the window since 1970, "kind/outcome/reason", client, browser family)
Key = tuple[int, str, str | None, str | None]
# A chunk of lines, each ended by a newline, and the width of a window in seconds.
Tally = Callable[[bytes, float], "Tallied"]

# An enum's member is hashed by slow means, its text is not.
_WORDS = {
    f"{kind}/{outcome}/{reason}": (kind, outcome, reason) for kind in Kind for outcome in Outcome for reason in Reason
}
# Likenesses remembered: 30,000 people under a few sentences, some 20 MB.
_MOST_KNOWN = 65536


@dataclass(slots=True)
class Tallied:
    """`groups`: under each key one entry an event, who it was (keyed hash) or None. `silent` lines say nothing of
    sign-in, `rest` are left to the parser."""

    groups: dict[Key, list[str | None]] = field(default_factory=dict)
    probes: int = 0
    silent: int = 0
    rest: list[bytes] = field(default_factory=list)


def words(kind: Kind, outcome: Outcome, reason: Reason) -> str:
    """The verdict as one text."""
    return f"{kind}/{outcome}/{reason}"


def verdict(text: str) -> tuple[Kind, Outcome, Reason]:
    """The verdict back from its text. Raises KeyError for what is none."""
    return _WORDS[text]


def who(event: SignInEvent) -> str | None:
    """Who counts once: the person, else the session, else the network; None if the line tells none of them."""
    return event.person or event.session or event.source


def window_of(at_s: float, width_s: float) -> int:
    """The number of the window that holds a time."""
    return floor(at_s / width_s)


@dataclass(frozen=True, slots=True)
class _Alike:
    """What alike lines come to; without `key` they are silent, probes', or (`each`) not alike after all."""

    key: tuple[str, str | None, str | None] | None = None
    who: str | None = None
    probe: bool = False
    each: bool = False


class Likeness:
    """A tally for logs whose lines repeat but for time, process and port: the parser reads the first of those alike.

    `pattern` fits every line of a chunk; its groups: the line, its time, `shared` groups in which all that decides is
    found except the network, others in which it is found with the network, and last a line that is none of these.
    """

    def __init__(self, parse: Parse, pattern: re.Pattern[bytes], time: Callable[[str], float], shared: slice) -> None:
        self._parse = parse
        self._found = pattern.findall
        self._time = time
        self._shared = shared
        self._known: dict[tuple[bytes, ...], _Alike] = {}

    def __call__(self, chunk: bytes, width_s: float) -> Tallied:
        """What the chunk comes to."""
        tallied = Tallied()
        numbers: dict[bytes, int | None] = {}
        groups, known, rest = tallied.groups, self._known, tallied.rest
        for line, time, *decides, other in self._found(chunk):
            if other:
                rest.append(other)
                continue
            likeness = tuple(decides)
            alike = known.get(likeness)
            if alike is None:
                alike = self._read(line, likeness)
            if time not in numbers:
                numbers[time] = self._number(time, width_s)
            window = numbers[time]
            if alike.each or window is None:
                rest.append(line)
            elif alike.key is None:
                tallied.probes += alike.probe
                tallied.silent += not alike.probe
            else:
                groups.setdefault((window, *alike.key), []).append(alike.who)
        return tallied

    def _number(self, time: bytes, width_s: float) -> int | None:
        try:
            return window_of(self._time(time.decode("ascii")), width_s)
        except ValueError:
            return None

    def _read(self, line: bytes, likeness: tuple[bytes, ...]) -> _Alike:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[likeness] = alike = self._alike(line, any(likeness[self._shared]))
        return alike

    def _alike(self, line: bytes, is_shared: bool) -> _Alike:
        try:
            event = self._parse(line, "")
        except ValueError:
            return _Alike(each=True)
        if event is None or event.probe:
            return _Alike(probe=event is not None)
        if is_shared and event.person is None:
            return _Alike(each=True)
        return _Alike((words(event.kind, event.outcome, event.reason), event.client, event.agent), who(event))
