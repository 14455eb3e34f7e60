"""The value of a realm file in, a Document out: flattened, redacted, members named. Pure but for the key of digests."""

from __future__ import annotations

import json

from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import digest
from doorward.systems.keycloak.document import Document, Value
from doorward.systems.keycloak.redaction import is_unknown, shown

# What Keycloak calls the members of a list, the first of these that they have; the rest are numbered.
_NAMES = ("clientId", "alias", "name")

# What sign-in does not hang on, or what names people: one digest of the whole, so that a change is still seen.
_WHOLE = frozenset(
    [
        "users",
        "roles",
        "groups",
        "scopeMappings",
        "clientScopeMappings",
        "authorizationSettings",
        "localizationTexts",
        "federatedUsers",
        "defaultRole",
        "organizations",
        "workflows",
        "messageBundles",
    ]
)


def document_of(name: str, data: object, lines: dict[str, int]) -> Document:
    """The document of one realm, or of a list of them."""
    found = Document(name)
    realms = data if isinstance(data, list) else [data]
    single = len(realms) == 1
    for number, realm in enumerate(realms):
        if isinstance(realm, dict):
            source = f"[{number}]" if isinstance(data, list) else ""
            pointer = "" if single else f"realms[{realm.get('realm', number)}]"
            found.realms += (pointer,)
            _Walk(found, lines).mapping(realm, source, pointer)
            _count_people(found, pointer, realm.get("users"))
    return found


def _count_people(found: Document, pointer: str, users: object) -> None:
    accounts = [user for user in users if isinstance(user, dict)] if isinstance(users, list) else []
    people = [user for user in accounts if not user.get("serviceAccountClientId")]
    found.people[pointer] = len(people)
    found.unverified[pointer] = sum(1 for user in people if user.get("emailVerified") is not True)


class _Walk:
    """One realm; `source` is the place in the file, `pointer` the name in the document."""

    __slots__ = ("found", "known", "lines")

    def __init__(self, found: Document, lines: dict[str, int]) -> None:
        self.found = found
        self.lines = lines
        self.known: dict[tuple[str, str | bool], tuple[Value, bool]] = {}

    def mapping(self, value: dict[str, object], source: str, pointer: str) -> None:
        source, pointer = (f"{source}." if source else ""), (f"{pointer}." if pointer else "")
        for key, item in value.items():
            if item is not None:
                self.entry(key, item, source + key, pointer + key)

    def entry(self, key: str, item: object, source: str, pointer: str) -> None:
        self.found.places[pointer] = self.lines.get(source, 0)
        if isinstance(item, (dict, list)) and key in _WHOLE:
            self.found.values[pointer] = _digest(item)
        elif isinstance(item, dict):
            self.mapping(item, source, pointer)
        elif isinstance(item, list) and any(isinstance(one, dict) for one in item):
            self.members(item, source, pointer)
        else:
            self.leaf(item, pointer)
            if item == []:
                self.found.members[pointer] = []

    def members(self, items: list[object], source: str, pointer: str) -> None:
        names = self.found.members[pointer] = []
        for number, item in enumerate(items):
            if isinstance(item, dict):
                below = f"{pointer}[{_name(item) or number}]"
                below = f"{below}~{number}" if below in self.found.places else below
                names.append(below)
                self.found.places[below] = self.lines.get(f"{source}[{number}]", 0)
                self.mapping(item, f"{source}[{number}]", below)

    def leaf(self, item: object, pointer: str) -> None:
        value, has_unknown = self.seen(pointer.rpartition("]")[2], item)
        self.found.values[pointer] = value
        if has_unknown:
            self.found.places[f"?{pointer}"] = self.found.places[pointer]

    def seen(self, leaf: str, item: object) -> tuple[Value, bool]:
        """The value as it may be seen, and whether it holds a placeholder; the same value stands in many clients."""
        if not isinstance(item, (str, bool)):
            return _seen(leaf, item)
        found = self.known.get((leaf, item))
        if found is None:
            found = self.known[leaf, item] = _seen(leaf, item)
        return found


def _seen(leaf: str, item: object) -> tuple[Value, bool]:
    has_unknown = any(is_unknown(one) for one in item) if isinstance(item, list) else is_unknown(item)
    return shown(leaf, item), has_unknown  # type: ignore[return-value]


def _name(item: dict[str, object]) -> str | None:
    named = (item.get(key) for key in _NAMES)
    return next((name for name in named if isinstance(name, str) and name and not is_unknown(name)), None)


def _digest(item: object) -> str | None:
    return digest(digest_key(), json.dumps(item, sort_keys=True, default=str)) if item else None
