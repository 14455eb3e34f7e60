"""LogFormat: a kind's reading of its log, with what people must know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from doorward.log_line.options import LogOptions
from doorward.log_line.said import Parse, Read, parser


@dataclass(frozen=True, slots=True)
class LogFormat:
    """`reads` makes a reader of lines; it raises ValueError for a line that does not parse.

    `lines` says which lines, `times` the rule of their time zone and year, `source` who documents them. `origins` says
    of each field of an event where it is found.
    """

    reads: Callable[[LogOptions], Read]
    lines: str
    times: str
    source: str
    origins: Mapping[str, str] = field(default_factory=dict)

    def parser(self, options: LogOptions) -> Parse:
        """The parser of lines with these options."""
        return parser(self.reads(options), options)
