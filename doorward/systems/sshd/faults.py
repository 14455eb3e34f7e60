"""What keeps sshd from starting: a document in, problems with their lines out. Pure. It names no value, only keywords.

Source: measured, `sshd -t` of OpenSSH 9.2 on each of these.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from doorward.model.fact import Where
from doorward.systems.sshd.document import Document, Line
from doorward.systems.sshd.keywords import IGNORED, MATCHED_BY, NAMES, NEVER_IN_MATCH, NUMBERS, SINGLE, TIMES, YES_OR_NO

_TIME = re.compile(r"(\d+[smhdwSMHDW]?)+$")
_STARTUPS = re.compile(r"[1-9]\d*(:(100|[1-9]\d?):[1-9]\d*|[^:\d][^:]*)?$")
_METHODS = frozenset(("publickey", "password", "keyboard-interactive", "gssapi-with-mic", "hostbased", "none"))
_ROOT = frozenset(("yes", "no", "prohibit-password", "without-password", "forced-commands-only"))
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]+$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One line that sshd refuses."""

    where: Where
    said: str


def faults(document: Document) -> tuple[Fault, ...]:
    """Every line that sshd does not take, in order."""
    return tuple(Fault(_where(line), said) for line in document.lines for said in _of(line))


def _where(line: Line) -> Where:
    """The place; a word that is near no keyword is not told, for it may be a piece of anything."""
    if line.keyword in NAMES.values() or _near(line.written):
        return line.where
    return Where(line.file, line.number)


def _near(written: str) -> str | None:
    """The keyword that the word was probably meant to be."""
    return next((NAMES[name] for name in difflib.get_close_matches(written.lower(), NAMES, 1, 0.8)), None)


def _of(line: Line) -> Iterator[str]:
    if line.keyword.lower() in IGNORED:
        return
    if line.keyword.lower() not in NAMES:
        yield from _unknown(line)
    elif line.words == ():
        yield "stands without a value"
    elif line.block and line.keyword in NEVER_IN_MATCH:
        yield f"may not stand below Match (in line {line.number}): every line after Match belongs to it"
    elif line.words is not None:
        yield from _value(line, line.words)


def _unknown(line: Line) -> Iterator[str]:
    """A word that is no keyword of any known version. One that is no word at all may be another program's."""
    if _PLAIN.match(line.written):
        near = _near(line.written)
        yield f"is no keyword of sshd; {near} is one" if near else "a word that is no keyword of sshd"


def _value(line: Line, words: tuple[str, ...]) -> Iterator[str]:
    first = words[0].lower()
    if line.keyword in SINGLE and len(words) > 1:
        yield "takes one word, and more stand there"
    elif line.keyword in YES_OR_NO and first not in ("yes", "no"):
        yield "takes yes or no"
    elif line.keyword in NUMBERS and not first.isdigit():
        yield "takes a whole number"
    elif line.keyword in TIMES and not _TIME.match(first):
        yield "takes a time, for example 30 or 2m"
    elif line.keyword == "MaxStartups" and not _STARTUPS.match(first):
        yield "takes a number, or start:rate:full"
    elif line.keyword == "PermitRootLogin" and first not in _ROOT:
        yield "takes yes, no, prohibit-password or forced-commands-only"
    elif line.keyword == "AuthenticationMethods":
        yield from _methods(words)
    elif line.keyword == "Match":
        yield from _criteria(words)


def _methods(words: tuple[str, ...]) -> Iterator[str]:
    """Lists of methods, parted by spaces; within a list by commas, each with its device behind `:`."""
    if words == ("any",):
        return
    if "any" in words:
        yield "names any, which stands alone, beside others"
    elif any(method.partition(":")[0] not in _METHODS for one in words for method in one.split(",")):
        yield "names a method that sshd does not know"


def _criteria(words: tuple[str, ...]) -> Iterator[str]:
    """`Match` takes pairs of a criterion and a pattern, of newer versions also with `=` between; `all` stands alone."""
    names = [word.lower() for word in words]
    if names[0] == "all" or "=" in "".join(names):
        return
    known = [name for name in names[::2] if name not in ("all", "invalid-user")]
    if any(name not in MATCHED_BY for name in known):
        yield "matches by something that sshd does not know"
    elif len(names) % 2 and "all" not in names and "invalid-user" not in names:
        yield "has a criterion without a pattern"
