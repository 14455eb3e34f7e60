"""A YAML or JSON configuration in, its values by pointer with their places out, and what people may see of them.

A template's actions (`{{ … }}`) are unknown values; a line that is nothing but an action counts as empty.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doorward.certificate import first_end
from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Setting
from doorward.model.fact import Endpoint, Fact, Flow, Where
from doorward.systems import Target
from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import digest, is_unknown, without_people
from doorward.yaml_file import Duplicate, YamlFile, parse, text_of

_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_ACTION_LINE = re.compile(
    r"^(?:\{\{.*\}\}|[ \t]*\{\{-? *(?:/\*|if |else|end|range |with |define |template ).*\}\})\s*$"
)
_SLIP = re.compile(r"[\s'\"\\=]")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]?[A-Za-z_-]*")
_NUMBER_OF_ITEM = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Document:
    """`values` by pointer: scalars (`clients[0].id`), empty lists and tables, and None for a key without value."""

    name: str
    values: dict[str, object]
    file: YamlFile
    templated: bool = False

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The keys that stand twice in one table."""
        return self.file.duplicates

    def where(self, pointer: str) -> Where:
        """The place of a key, else of the table that it would stand in."""
        return Where(self.name, self.file.line(pointer), pointer)

    def has(self, pointer: str) -> bool:
        """Whether the key is there, with a value or as a table or list."""
        return pointer in self.values or pointer in self.file.lines

    def text(self, pointer: str, default: str | None = None) -> str | None:
        """The text there, the default if there is no value; None for a placeholder or another type."""
        value = self.values.get(pointer)
        value = default if value is None and not self.has(f"{pointer}[0]") else value
        if not isinstance(value, str) or is_unknown(value):
            return None
        return without_people(value, digest_key())

    def truth(self, pointer: str, default: bool) -> bool | None:
        """Yes or no, the default if there is no value, None for another type."""
        value = self.values.get(pointer)
        value = default if value is None else value
        return value if isinstance(value, bool) else None

    def items(self, pointer: str) -> tuple[str, ...]:
        """The pointers of the items of a list; none if it is no list."""
        found: list[str] = []
        while self.has(f"{pointer}[{len(found)}]"):
            found.append(f"{pointer}[{len(found)}]")
        return tuple(found)

    def digest(self, pointer: str) -> str | None:
        """The keyed digest of the value, None if it is not in the file."""
        value = self.values.get(pointer)
        unknown = value is None or value == "" or is_unknown(value)
        return None if unknown else digest(digest_key(), str(value))

    def certificates(self) -> Iterator[Flow]:
        """`ends`: each certificate that the configuration itself holds, as text or wrapped in base64."""
        for pointer, value in self.values.items():
            at = first_end(value.encode()) if isinstance(value, str) else None
            if at is not None:
                yield Flow(self.where(pointer), "ends", ("certificate", pointer, at.isoformat()))

    def settings(self, shown: frozenset[str], people: str = "") -> tuple[Setting, ...]:
        """Every value: those whose key is among `shown` as they are, all others and those below `people` as digests."""
        told = {p: frozenset[str]() if people and p.startswith(people) else shown for p in self.values}
        return tuple(Setting(p, _shown(p, value, told[p]), self.where(p)) for p, value in self.values.items())


def open_document(target: Target) -> Document:
    """The target's document. Raises InputInvalid for a file that cannot be read or holds no settings."""
    path = Path(target.name) if Path(target.name).is_file() else target.project / target.name
    return of_text(text_of(path, target.name), target.name)


def of_text(text: str, name: str) -> Document:
    """The document in the text."""
    plain = without_templates(text)
    file = parse(plain, name)
    data = {} if file.data is None and plain != text else file.data
    if not isinstance(data, dict):
        raise InputInvalid((Problem("yaml.shape", "holds no settings", name, "write `key: value`"),))
    return Document(name, dict(_flat(data, "")), file, plain != text)


def without_templates(text: str) -> str:
    """The text with each action of a template as an unknown value of the same length, so that places stay."""
    kept = ["" if _ACTION_LINE.match(line) else line for line in _ACTION.sub(_blank, text).split("\n")]
    return "\n".join(kept)


def surroundings(target: Target) -> tuple[Fact, ...]:
    """What was said on the command line comes before what the file says."""
    told: list[Fact] = []
    if target.public_url:
        told.append(Endpoint(Where("--public-url", 0, ""), "public", target.public_url))
    if target.forwarded:
        told.append(Flow(Where("--forwarded", 0, ""), "forwarded-headers", target.forwarded))
    return tuple(told)


def place_of(*parts: object) -> str:
    """A short digest of where sessions lie, for comparison alone."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:12]


def leaf(pointer: str) -> str:
    """The last key of a pointer, without the number of an item."""
    return _NUMBER_OF_ITEM.sub("", pointer).rpartition(".")[2]


def _blank(match: re.Match[str]) -> str:
    """An action alone on its line is left for the line to be dropped; any other becomes an unknown value."""
    action, text = match[0], match.string
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    if "\n" in action:
        return re.sub(r"[^\n]", " ", action)
    alone = not before.strip() and not text[match.end() :].partition("\n")[0].strip()
    return action if alone and _ACTION_LINE.match(before + action) else "${" + "x" * (len(action) - 3) + "}"


def _flat(value: object, pointer: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            named = _named(str(key), item)
            yield from _flat(item, f"{pointer}.{named}" if pointer else named)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _flat(item, f"{pointer}[{number}]")
    elif pointer:
        yield pointer, value


def _named(key: str, value: object) -> str:
    """The key as people may see it: after a slip of the pen a secret may stand where a key should."""
    is_key = not _SLIP.search(key) if value is not None else bool(_WORD.fullmatch(key))
    return key if is_key else digest(digest_key(), key)


def _shown(pointer: str, value: object, known: frozenset[str]) -> str | None:
    if value is None:
        return ""
    if is_unknown(value):
        return None
    key = digest_key()
    text = value if isinstance(value, str) else json.dumps(value)
    return without_people(text, key) if leaf(pointer) in known or text in ("", "[]", "{}") else digest(key, text)
