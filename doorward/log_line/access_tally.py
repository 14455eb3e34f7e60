"""A tally for access logs in the combined format: a request comes to the same by its route and status, whoever asks.

Of each request line and status the parser reads the first; lines in which anything is unusual (a quote or bracket where
none is expected, a name that is nobody's or a probe's) are left to it.
"""

from __future__ import annotations

import re
from collections import defaultdict

from doorward.log_line.fields import Fields, first
from doorward.log_line.format import LogFormat
from doorward.log_line.objects_tally import Naming, Objects
from doorward.log_line.options import LogOptions
from doorward.log_line.remembered import Agents, Names, Numbers, room
from doorward.log_line.said import Parse
from doorward.log_line.secrecy import Hasher
from doorward.log_line.tally import Tallied, Tally, words
from doorward.log_line.times import Times

_TIME = re.compile(rb"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}")
# Address, person, time, request without query, status, User-Agent. A bracket is only taken in the last of them: a line
# can then be read in one way only.
_PATTERN = re.compile(
    rb"^(?:([0-9a-fA-F.:]+) - ([!-~]+) \[([^\]\n]{20,40})\] "
    rb'"([A-Z]+ /[^"\\\[ ?\n]*)(?:\?[^"\\\[ \n]*)? [^"\\\[ \n]+" (\d{3}) (?:\d+|-)'
    rb'(?: "[^"\\\[\n]*" "([^"\\\n]*)")?[^"\n]*|.*)$',
    re.MULTILINE,
)
_NOBODY = b"-"

# The fields of JSON that the parser looks for.
DECIDING = ("status", "status_code", "code", "request", "request_method", "method", "uri", "request_uri", "path")
_STAMP = ("time_iso8601", "time", "@timestamp", "timestamp")
_PERSONS = ("remote_user", "user")
_SOURCES = ("remote_addr", "remote_ip", "ip")
_AGENTS = ("http_user_agent", "user_agent")


class Requests:
    """Tallies the chunks of one log, and remembers what its requests come to."""

    def __init__(self, parse: Parse, options: LogOptions) -> None:
        self._parse = parse
        hasher = Hasher(options.hash_key)
        self._people = Names(hasher.person_anew, frozenset(hasher.person(name) for name in options.probe_accounts))
        self._networks = Names(hasher.source_anew)
        self._agents = Agents(options.probe_agents)
        self._clf = Times(options).clf
        self._verdicts: dict[tuple[bytes, bytes], str] = {}

    def __call__(self, chunk: bytes, width_s: float) -> Tallied:
        """What the chunk comes to."""
        rows = _PATTERN.findall(chunk)
        rows.pop()  # What stands behind the last newline.
        tallied, numbers = Tallied(), Numbers(_TIME, self._at_s, width_s)
        told: dict[tuple[int, str], list[str]] = defaultdict(list)
        people, networks, agents, verdicts = self._people, self._networks, self._agents, self._verdicts
        lines: list[bytes] = []
        for number, (address, person, time, request, status, agent) in enumerate(rows):
            verdict = verdicts.get((request, status))
            name = networks[address] if person == _NOBODY else people[person]
            window = numbers[time]
            if verdict is None or name is None or window is None or agents[agent]:
                lines = lines or chunk.split(b"\n")
                verdict = self._read(request, status, lines[number]) if request and verdict is None else verdict
                if verdict is None or name is None or window is None or agents[agent]:
                    tallied.rest.append(lines[number])
                    continue
            told[window, verdict].append(name)
        for (window, verdict), names in told.items():
            tallied.add((window, verdict, None), len(names), set(names))
        return tallied

    def _at_s(self, text: str) -> float:
        return self._clf(text).timestamp()

    def _read(self, request: bytes, status: bytes, line: bytes) -> str | None:
        """What a request with that status comes to; None if the parser does not read the line as one."""
        try:
            event = self._parse(line, "")
        except ValueError:
            return None
        if event is None or event.client is not None:
            return None
        room(self._verdicts)[request, status] = verdict = words(event.kind, event.outcome, event.reason)
        return verdict


def tally_of(log: LogFormat, options: LogOptions) -> Tally:
    """The tally of a log with these options, as lines or as JSON by nginx's names."""
    times, parse = Times(options), log.parser(options)

    def at_s(row: Fields) -> float:
        iso = first(row, *_STAMP)
        return (times.iso(iso) if iso else times.clf(first(row, "time_local") or "")).timestamp()

    return either(
        Requests(parse, options),
        Objects(parse, options, Naming(at_s, DECIDING, _PERSONS, _SOURCES, _AGENTS, lambda _row: True)),
    )


def either(lines: Tally, objects: Tally) -> Tally:
    """A log has lines or objects: the first tells which, and what is none is left to the parser."""

    def tally(chunk: bytes, width_s: float) -> Tallied:
        return (objects if chunk.startswith(b"{") else lines)(chunk, width_s)

    return tally
