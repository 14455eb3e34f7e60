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

from doorward.log_line.said import Parse
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

    `pattern` fits every line of a chunk, in ten groups: the line, its time, then one of: frame, person, end, where what
    it comes to hangs on the frame and who it was on the person; the same with a network; a sentence, in which all
    stands; and last a line that is none of these.
    """

    def __init__(self, parse: Parse, pattern: re.Pattern[bytes], time: Callable[[str], float]) -> None:
        self._parse = parse
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
        for line, time, frame, person, end, where, network, tail, sentence, other in self._found(chunk):
            if person:
                meaning = meanings.get((frame, end))
                if meaning is None or person not in people:
                    meaning = self._read_framed(line, (frame, end), person, people)
                name = people[person]
            elif network:
                meaning = meanings.get((where, tail))
                if meaning is None or network not in networks:
                    meaning = self._read_framed(line, (where, tail), network, networks)
                name = networks[network]
            elif other:
                tallied.rest.append(other)
                continue
            else:
                meaning, name = sentences.get(sentence) or self._read_sentence(line, sentence)
            window = numbers[time]
            if window is None or meaning == _EACH or (name is None and not sentence):
                tallied.rest.append(line)
                continue
            key = (meaning, window)
            known = told.get(key)
            if known is None:
                told[key] = known = []
            known.append(name)
        _sum(told, tallied)
        return tallied

    def _read_framed(
        self, line: bytes, frame: tuple[bytes, ...], name: bytes, names: dict[bytes, str | None]
    ) -> _Meaning:
        """What a frame comes to, and who the name is: None for a name to which the parser gives no hash."""
        event = self._event(line)
        is_person = names is self._people
        named = isinstance(event, SignInEvent) and not event.probe and is_person == (event.person is not None)
        _bounded(names)[name] = who(event) if isinstance(event, SignInEvent) and named else None
        if frame not in self._meanings:
            if not named:
                # Another name may tell more of this frame: it is not remembered.
                return _EACH
            _bounded(self._meanings)[frame] = _meaning(event)
        return self._meanings[frame]

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


def _bounded(known: dict[_K, _V]) -> dict[_K, _V]:
    """Room for one more."""
    if len(known) >= _MOST_KNOWN:
        known.clear()
    return known
