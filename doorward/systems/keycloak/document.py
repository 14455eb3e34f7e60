"""The document that rules of Keycloak look at: redacted values by pointer, and the members of its lists by name.

A pointer names a member by what Keycloak calls it (`clients[portal].redirectUris`), so that a finding keeps its name
when the order of an export changes. What the file does not speak of is missing, and what it leaves to a placeholder is
unknown: both are None, and `speaks_of` tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from doorward.model.configuration import Configuration
from doorward.model.fact import Where

Value = bool | int | float | str | tuple[str, ...] | None


@dataclass(slots=True, eq=False)
class Document:
    """`values` holds leaves as people may see them, `places` the line of every key, `members` what lists hold.

    `realms` are the pointers of the realms in the file, `""` for its only one; `server` says that it is kc.conf or
    environment. `people` and `unverified` count accounts by realm.
    """

    name: str
    values: dict[str, Value] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    realms: tuple[str, ...] = ()
    is_server: bool = False
    people: dict[str, int] = field(default_factory=dict)
    unverified: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A realm, a client, a component: the keys below one pointer."""

    document: Document
    pointer: str

    def _of(self, key: str) -> str:
        return f"{self.pointer}.{key}" if self.pointer else key

    def where(self, key: str = "") -> Where:
        """The place of a key, else of the section itself."""
        pointer = self._of(key) if key else self.pointer
        line = self.document.places.get(pointer, self.document.places.get(self.pointer, 0))
        return Where(self.document.name, line, pointer)

    def speaks_of(self, key: str) -> bool:
        """Whether the file has the key, with any value."""
        return self._of(key) in self.document.places

    def text(self, key: str, default: str | None = None) -> str | None:
        """The text there, the first of a list; the default where the file has no such key."""
        if not self.speaks_of(key):
            return default
        value = self.document.values.get(self._of(key))
        if isinstance(value, tuple):
            return value[0] if value else None
        return value if isinstance(value, str) else None if value is None else str(value)

    def number(self, key: str, default: int | None = None) -> int | None:
        """The whole number there, also one written as text."""
        text = self.text(key)
        if text is None:
            return None if self.speaks_of(key) else default
        return int(text) if text.lstrip("-").isdigit() else None

    def truth(self, key: str, default: bool | None = None) -> bool | None:
        """Yes or no, also as text."""
        text = self.text(key)
        if text is None:
            return None if self.speaks_of(key) else default
        return {"true": True, "false": False}.get(text.lower())

    def texts(self, key: str) -> tuple[str, ...] | None:
        """The texts of a list; None where it is missing. Placeholders are left out: ask `holds_unknown`."""
        value = self.document.values.get(self._of(key))
        return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else None

    def holds_unknown(self, key: str) -> bool:
        """Whether the value, or one of the list, is a placeholder."""
        return f"?{self._of(key)}" in self.document.places

    def items(self, key: str) -> tuple[Section, ...] | None:
        """The members of a list; None where the file has no such list."""
        members = self.document.members.get(self._of(key))
        return None if members is None else tuple(Section(self.document, member) for member in members)

    def below(self, key: str) -> Section:
        """The section under a key."""
        return Section(self.document, self._of(key))

    def keys(self) -> tuple[str, ...]:
        """The keys of all leaves below; for small sections only, for it looks at every leaf."""
        before = f"{self.pointer}." if self.pointer else ""
        return tuple(pointer[len(before) :] for pointer in self.document.values if pointer.startswith(before))


def realms(configuration: Configuration) -> tuple[Section, ...]:
    """The realms of a configuration; none where it is another kind's, or the server's."""
    document = configuration.document
    return tuple(Section(document, pointer) for pointer in document.realms) if isinstance(document, Document) else ()


def pairs(old: Configuration, new: Configuration) -> tuple[tuple[Section, Section], ...]:
    """Each realm with the one it replaces: of one name, or the only one of each file."""
    before, after = realms(old), realms(new)
    if len(before) == 1 and len(after) == 1:
        return ((before[0], after[0]),)
    by_name = {realm.text("realm"): realm for realm in before}
    return tuple((by_name[name], realm) for realm in after if (name := realm.text("realm")) in by_name and name)


def server(configuration: Configuration) -> Section | None:
    """The server's own configuration; None where the file holds realms or another kind's."""
    document = configuration.document
    return Section(document, "") if isinstance(document, Document) and document.is_server else None
