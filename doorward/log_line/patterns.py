"""Sentences of a log as data: a pattern with named groups and what it means; the first that fits says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from doorward.log_line.said import Said, Verdict

_FIRST = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`verdict` None: the sentence says nothing of sign-in. Groups: person, source, session, client."""

    name: str
    regex: re.Pattern[str]
    verdict: Verdict | None


def pattern(name: str, regex: str, verdict: Verdict | None) -> Pattern:
    """A pattern that must fit the whole sentence."""
    return Pattern(name, re.compile(regex, re.DOTALL), verdict)


class Patterns:
    """Patterns in order. Those that begin with a word are only tried on sentences that begin with it."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_word: dict[str, list[Pattern]] = {}
        self._any: list[Pattern] = []
        self._all = tuple(patterns)
        for one in self._all:
            word = re.match(r"[A-Za-z_]+(?= )", one.regex.pattern)
            (self._by_word.setdefault(word[0], []) if word else self._any).append(one)

    def find(self, sentence: str) -> tuple[Pattern, re.Match[str]] | None:
        """The first pattern that fits, with its match."""
        word = _FIRST.match(sentence)
        candidates = self._by_word.get(word[0], ()) if word else ()
        for one in (*candidates, *self._any):
            found = one.regex.fullmatch(sentence)
            if found is not None:
                return one, found
        return None

    def said(self, at: datetime, sentence: str) -> Said | None:
        """What the sentence says, None if no pattern fits or it says nothing of sign-in."""
        found = self.find(sentence)
        if found is None or found[0].verdict is None:
            return None
        groups = found[1].groupdict()
        return Said(
            at,
            found[0].name,
            found[0].verdict,
            person=groups.get("person"),
            source=groups.get("source"),
            session=groups.get("session"),
            client=groups.get("client"),
        )
