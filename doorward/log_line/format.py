"""LogFormat: a kind's reading of its log, with what people must know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from doorward.log_line.options import LogOptions
from doorward.log_line.said import Parse, Read, events, parser


@dataclass(frozen=True, slots=True)
class LogFormat:
    """`reads` makes a reader of lines; it raises ValueError for a line that does not parse.

    `lines` says which lines, `times` the rule of their time zone and year, `source` who documents them. `origins` says
    of each field of an event where it is found. `hashed`: names may be keyed hashes already.
    """

    reads: Callable[[LogOptions], Read]
    lines: str
    times: str
    source: str
    origins: Mapping[str, str] = field(default_factory=dict)
    hashed: bool = False

    def parser(self, options: LogOptions) -> Parse:
        """The parser of lines with these options."""
        if not self.hashed:
            return parser(self.reads(options), options)
        read, event = self.reads(options), events(options, hashed=True)
        return lambda line, component: None if (said := read(line)) is None else event(said, component)
