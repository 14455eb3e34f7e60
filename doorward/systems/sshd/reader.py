"""An sshd_config in, Flows and redacted settings out: one Flow a keyword and block, as sshd would use it.

Of most keywords the first line counts; lines that come too late are told apart by `sshd-ignored`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from doorward.model.configuration import Configuration, Setting, StartError
from doorward.model.fact import Fact, Flow, Where
from doorward.systems import Target
from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import digest, without_people
from doorward.systems.sshd.document import Document, Line, parse
from doorward.systems.sshd.faults import Fault, faults
from doorward.systems.sshd.keywords import ADDED_UP, IGNORED, NAMES, PEOPLE, SECRETIVE

_OF_SERVER = re.compile(
    rb"^[ \t]*(?:PermitRootLogin|AuthorizedKeysFile|UsePAM|Subsystem[ \t]+\"?sftp|AllowUsers|AllowGroups|MaxAuthTries|"
    rb"LoginGraceTime|MaxStartups|AuthenticationMethods|PermitEmptyPasswords|HostKey)[ \t]+\S",
    re.MULTILINE | re.IGNORECASE,
)
_OF_CLIENT = re.compile(rb"^[ \t]*Host[ \t]+\S", re.MULTILINE | re.IGNORECASE)
_OTHER = (".py", ".toml", ".json", ".json5", ".yaml", ".yml", ".md")


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is the server's configuration, by its name or by keywords that only the server has."""
    if name.endswith(_OTHER) or _OF_CLIENT.search(content):
        return False
    return name == "sshd_config" or bool(_OF_SERVER.search(content))


def read(target: Target) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read."""
    path = Path(target.name) if Path(target.name).is_file() else target.project / target.name
    document = parse(path, target.name)
    found = faults(document)
    return Configuration(
        kind=target.kind,
        target=target.name,
        facts=tuple(_facts(document, target.name)),
        settings=_settings(document),
        start_error=_start_error(found),
    )


def _facts(document: Document, name: str) -> Iterator[Fact]:
    """`sshd:KEYWORD` for what stands before the first Match, `sshd:Match[N]:KEYWORD` within; values are redacted."""
    for block in range(document.blocks + 1):
        prefix = f"sshd:Match[{block}]:" if block else "sshd:"
        for keyword, lines in _effective(document, block).items():
            yield Flow(lines[0].where, prefix + keyword, _values(lines), _commas(keyword, lines))
        if block in document.open_blocks:
            yield Flow(Where(name), prefix + "open", None)
    for line in document.lines:
        if line.keyword.lower() in IGNORED:
            yield Flow(Where(line.file, line.number, line.written), "sshd-without-effect", (line.written,))
    yield from _too_late(document)


def _effective(document: Document, block: int) -> dict[str, list[Line]]:
    """The lines that count, by keyword."""
    found: dict[str, list[Line]] = {}
    for line in document.of(block):
        if line.keyword in NAMES.values() and (line.keyword in ADDED_UP or line.keyword not in found):
            found.setdefault(line.keyword, []).append(line)
    return found


def _too_late(document: Document) -> Iterator[Flow]:
    """Lines after the one that counts, which say something else."""
    for block in range(document.blocks + 1):
        first: dict[str, Line] = {}
        for line in document.of(block):
            if line.keyword in ADDED_UP or line.keyword not in NAMES.values() or line.keyword == "Include":
                continue
            counts = first.setdefault(line.keyword, line)
            if counts is not line and None not in (counts.words, line.words) and counts.words != line.words:
                yield Flow(line.where, "sshd-too-late", (line.keyword, str(counts.number)))


def _values(lines: list[Line]) -> tuple[str, ...] | None:
    """All words as people may see them; None where a template decides one of them."""
    if any(line.words is None for line in lines):
        return None
    return tuple(_shown(line, word, place) for line in lines for place, word in enumerate(line.words or ()))


def _shown(line: Line, word: str, place: int) -> str:
    if line.keyword in PEOPLE or (line.keyword == "Match" and _names_person(line, place)):
        return word if word in ("*", "!*") else digest(digest_key(), word)
    if line.keyword in SECRETIVE and not (line.keyword == "Subsystem" and place == 0):
        return digest(digest_key(), word)
    return without_people(word, digest_key())


def _names_person(line: Line, place: int) -> bool:
    words = line.words or ()
    before = words[place - 1].lower() if place else ""
    return before == "user" or words[place].lower().startswith("user=")


def _commas(keyword: str, lines: list[Line]) -> tuple[str, ...]:
    """These lists are split at spaces: a comma becomes a part of a name, which then is nobody's."""
    if not keyword.endswith(("Users", "Groups")):
        return ()
    joined = [word for line in lines for word in line.words or () if "," in word]
    return (f"{len(joined)}",) if joined else ()


def _settings(document: Document) -> tuple[Setting, ...]:
    found: list[Setting] = []
    for block in range(document.blocks + 1):
        for lines in _effective(document, block).values():
            values = _values(lines)
            found.append(Setting(lines[0].where.pointer, None if values is None else " ".join(values), lines[0].where))
    return tuple(found)


def _start_error(found: tuple[Fault, ...]) -> StartError | None:
    """All refused lines in one message; the place is that of the first."""
    if not found:
        return None
    said = "; ".join(f"{fault.where.pointer} {fault.said}".strip() for fault in found)
    return StartError("sshd refuses it", said, found[0].where)
