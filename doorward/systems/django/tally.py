"""Django's log by the chunk: requests of gunicorn's access log, and structured lines; the rest is the parser's."""

from __future__ import annotations

from doorward.log_line import LogFormat, LogOptions
from doorward.log_line.access_tally import DECIDING, Requests, either
from doorward.log_line.fields import Fields, first
from doorward.log_line.objects_tally import Naming, Objects
from doorward.log_line.tally import Tally
from doorward.log_line.times import Times
from doorward.systems.django.log import AGENTS, EVENT, PERSONS, SOURCES, STAMP, is_named


def tally_of(log: LogFormat, options: LogOptions) -> Tally:
    """The tally of a log with these options."""
    times, parse = Times(options), log.parser(options)

    def at_s(row: Fields) -> float:
        return times.iso(first(row, *STAMP) or "").timestamp()

    naming = Naming(at_s, (*EVENT, *DECIDING), PERSONS, SOURCES, AGENTS, is_named)
    return either(Requests(parse, options), Objects(parse, options, naming))
