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
from typing import TypeVar

from doorward.log_line.options import LogOptions
from doorward.log_line.said import Parse, known
from doorward.log_line.secrecy import Hasher
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent

# (number of the window since 1970, "kind/outcome/reason", client)
Key = tuple[int, str, str | None]
_K = TypeVar("_K")
_V = TypeVar("_V")
# A chunk of lines, each ended by a newline, and the width of a window in seconds.
Tally = Callable[[bytes, float], "Tallied"]

# An enum's member is hashed by slow means, its text is not.
_WORDS = {
    f"{kind}/{outcome}/{reason}": (kind, outcome, reason) for kind in Kind for outcome in Outcome for reason in Reason
}
# Names and sentences remembered, each: some 10 MB.
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


# What a frame or a sentence comes to: a verdict and a client; 0 to be read each time, 1 silent, 2 a probe's.
_Meaning = tuple[str, str | None] | int
_EACH, _SILENT, _PROBE = 0, 1, 2


class Sentences:
    """A tally for syslog: its sentences repeat but for names, times and ports, and the parser reads what is new only.

    `pattern` fits every line of a chunk, in eleven groups: the line, its time, then one of: frame, person, end, where
    what it comes to hangs on the frame and who it was on the person; the same with a network; the start of a sentence
    that decides all; a whole sentence; and last a line that is none of these.
    """

    def __init__(
        self, parse: Parse, options: LogOptions, pattern: re.Pattern[bytes], time: Callable[[str], float]
    ) -> None:
        self._parse = parse
        self._hasher = Hasher(options.hash_key)
        self._probes = frozenset(self._hasher.person(name) for name in options.probe_accounts)
        self._found = pattern.findall
        self._time = time
        self._meanings: dict[tuple[bytes, ...], _Meaning] = {}
        self._people: dict[bytes, str | None] = {}
        self._networks: dict[bytes, str | None] = {}
        self._sentences: dict[bytes, tuple[_Meaning, str | None]] = {}

    def __call__(self, chunk: bytes, width_s: float) -> Tallied:
        """What the chunk comes to."""
        tallied, numbers = Tallied(), _Numbers(self._time, width_s)
        told: dict[tuple[_Meaning, int | None], list[str | None]] = {}
        meanings, people, networks, sentences = self._meanings, self._people, self._networks, self._sentences
        for line, time, frame, person, end, where, network, tail, start, whole, other in self._found(chunk):
            if person:
                meaning = meanings.get((frame, end)) or self._read_frame(line, (frame, end))
                name = people[person] if person in people else self._person(person)
            elif network:
                meaning = meanings.get((where, tail)) or self._read_frame(line, (where, tail))
                name = networks[network] if network in networks else self._network(network)
            elif other:
                tallied.rest.append(other)
                continue
            else:
                sentence = start or whole
                meaning, name = sentences.get(sentence) or self._read_sentence(line, sentence)
            window = numbers[time]
            if window is None or meaning == _EACH or (name is None and (person or network)):
                tallied.rest.append(line)
                continue
            key = (meaning, window)
            named = told.get(key)
            if named is None:
                told[key] = named = []
            named.append(name)
        _sum(told, tallied)
        return tallied

    def _read_frame(self, line: bytes, frame: tuple[bytes, ...]) -> _Meaning:
        """What a frame comes to, by the first line in it that is no probe's."""
        event = self._event(line)
        if event == _EACH or (isinstance(event, SignInEvent) and event.probe):
            return _EACH
        _bounded(self._meanings)[frame] = found = _meaning(event)
        return found

    def _person(self, text: bytes) -> str | None:
        """The hash of a person; None for nobody and for a probe, whose lines are the parser's."""
        name = known(text.decode("ascii"))
        mark = None if name is None else self._hasher.person(name)
        _bounded(self._people)[text] = mark = None if mark in self._probes else mark
        return mark

    def _network(self, text: bytes) -> str | None:
        """The hash of an address's network."""
        address = known(text.decode("ascii"))
        _bounded(self._networks)[text] = mark = None if address is None else self._hasher.source(address)
        return mark

    def _read_sentence(self, line: bytes, sentence: bytes) -> tuple[_Meaning, str | None]:
        event = self._event(line)
        found = (_meaning(event), who(event) if isinstance(event, SignInEvent) else None)
        _bounded(self._sentences)[sentence] = found
        return found

    def _event(self, line: bytes) -> SignInEvent | int:
        try:
            return self._parse(line, "") or _SILENT
        except ValueError:
            return _EACH


class _Numbers(dict[bytes, int | None]):
    """The windows of the times of one chunk."""

    def __init__(self, time: Callable[[str], float], width_s: float) -> None:
        super().__init__()
        self._time, self._width_s = time, width_s

    def __missing__(self, text: bytes) -> int | None:
        try:
            found = window_of(self._time(text.decode("ascii")), self._width_s)
        except ValueError:
            found = None
        self[text] = found
        return found


def _meaning(event: SignInEvent | int) -> _Meaning:
    if isinstance(event, int):
        return event
    return _PROBE if event.probe else (words(event.kind, event.outcome, event.reason), event.client)


def _sum(told: dict[tuple[_Meaning, int | None], list[str | None]], tallied: Tallied) -> None:
    for (meaning, window), people in told.items():
        if meaning == _SILENT:
            tallied.silent += len(people)
        elif meaning == _PROBE:
            tallied.probes += len(people)
        elif not isinstance(meaning, int) and window is not None:
            tallied.groups[(window, *meaning)] = people


def _bounded(held: dict[_K, _V]) -> dict[_K, _V]:
    """Room for one more."""
    if len(held) >= _MOST_KNOWN:
        held.clear()
    return held
