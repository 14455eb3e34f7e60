"""A tally for JSON lines: objects that agree in the fields that decide come to the same, whoever it was.

A kind says which fields decide, and where an object names somebody. The objects are decoded as its parser decodes them,
and the parser reads the first of each sort.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from doorward.log_line.fields import Fields, text
from doorward.log_line.options import LogOptions
from doorward.log_line.remembered import Agents, Names, room
from doorward.log_line.said import Parse
from doorward.log_line.secrecy import Hasher
from doorward.log_line.tally import Tallied, lines_in, window_of, words

_DECODE = msgspec.json.Decoder(dict[str, object]).decode_lines
_SORT = msgspec.json.Encoder().encode
# In a sort's text, what no value of JSON is.
_ABSENT = msgspec.Raw(b"absent")
# Where a bad line stands among no more than this, each is left to the parser.
_FEW = 8


@dataclass(frozen=True, slots=True)
class Naming:
    """Where objects say what counts. `deciding` fields make the verdict; the first of `persons`, of `sources` and of
    `agents` that is there says who; `is_named` whether the parser looks there for such an object."""

    at_s: Callable[[Fields], float]
    deciding: tuple[str, ...]
    persons: tuple[str, ...]
    sources: tuple[str, ...]
    agents: tuple[str, ...]
    is_named: Callable[[Fields], bool]


class Objects:
    """Tallies the chunks of one log, and remembers what its sorts of objects come to."""

    def __init__(self, parse: Parse, options: LogOptions, naming: Naming) -> None:
        self._parse = parse
        self._naming = naming
        hasher = Hasher(options.hash_key)
        self._people = Names(hasher.person_anew, frozenset(hasher.person(name) for name in options.probe_accounts))
        self._networks = Names(hasher.source_anew)
        self._agents = Agents(options.probe_agents)
        # Empty for a sort that says nothing of sign-in.
        self._verdicts: dict[bytes, str] = {}

    def __call__(self, chunk: bytes, width_s: float) -> Tallied:
        """What the chunk comes to."""
        tallied = Tallied()
        told: dict[tuple[int, str], list[str | None]] = defaultdict(list)
        self._gather(chunk, width_s, told, tallied)
        for (window, verdict), names in told.items():
            tallied.add((window, verdict, None), len(names), set(names))
        return tallied

    def _gather(
        self, chunk: bytes, width_s: float, told: dict[tuple[int, str], list[str | None]], tallied: Tallied
    ) -> None:
        """Sort the objects; halve a chunk with a bad line until it is found."""
        lines = lines_in(chunk)
        try:
            rows = _DECODE(chunk)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            rows = []
        if len(rows) == lines:
            self._sort(rows, chunk, width_s, told, tallied)
        elif lines <= _FEW:
            tallied.rest.extend(chunk.split(b"\n")[:-1])
        else:
            middle = chunk.index(b"\n", len(chunk) // 2) + 1
            if middle == len(chunk):
                middle = chunk.rindex(b"\n", 0, len(chunk) // 2) + 1
            self._gather(chunk[:middle], width_s, told, tallied)
            self._gather(chunk[middle:], width_s, told, tallied)

    def _sort(
        self,
        rows: list[Fields],
        chunk: bytes,
        width_s: float,
        told: dict[tuple[int, str], list[str | None]],
        tallied: Tallied,
    ) -> None:
        lines = chunk.split(b"\n")
        deciding, at_s, verdicts = self._naming.deciding, self._naming.at_s, self._verdicts
        for number, row in enumerate(rows):
            sort = _SORT([row.get(field, _ABSENT) for field in deciding])
            try:
                verdict = verdicts[sort] if sort in verdicts else self._read(sort, row, lines[number])
                name = self._name(row)
                window = window_of(at_s(row), width_s)
            except ValueError:
                tallied.rest.append(lines[number])
                continue
            if verdict:
                told[window, verdict].append(name)
            else:
                tallied.silent += 1

    def _read(self, sort: bytes, row: Fields, line: bytes) -> str:
        """What the sort comes to. Raises ValueError if this line does not say it."""
        event = self._parse(line, "")
        if event is not None and (event.client is not None or not self._naming.is_named(row)):
            raise ValueError("the parser's")
        verdict = "" if event is None else words(event.kind, event.outcome, event.reason)
        room(self._verdicts)[sort] = verdict
        return verdict

    def _name(self, row: Fields) -> str | None:
        """Who it was, None if nobody is named. Raises ValueError for a probe, and for a name that is nobody's."""
        naming = self._naming
        agent = _first(row, naming.agents)
        if agent is not None and self._agents[agent]:
            raise ValueError("a probe")
        person = _first(row, naming.persons)
        source = _first(row, naming.sources) if person is None else None
        mark = self._people[person] if person is not None else self._networks[source] if source is not None else None
        if mark is None and (person is not None or source is not None):
            raise ValueError("nobody")
        return mark


def _first(row: Fields, names: tuple[str, ...]) -> str | None:
    for name in names:
        value = row.get(name)
        if value is not None and value != "":
            found = value if isinstance(value, str) else text(row, name)
            if found:
                return found
    return None
