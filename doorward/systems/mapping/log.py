"""A log that Doorward does not know, read by the mappings in `[[component.log_options.mapping]]`; the first fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from doorward.errors import InputInvalid, Problem
from doorward.log_line import FieldRule, LogFormat, LogOptions, Mapping, Said, Verdict
from doorward.log_line.fields import Fields, json_object, logfmt, text
from doorward.log_line.said import Read
from doorward.log_line.times import Times
from doorward.model.sign_in import Outcome, Reason

_MILLISECONDS = 1000
_NUMBER = re.compile(r"\d{1,12}(\.\d+)?")


def reads(options: LogOptions) -> Read:
    """A reader by the component's mappings. Raises InputInvalid if there are none."""
    if not options.mappings:
        fix = "add [[component.log_options.mapping]]: docs/logs.md has examples"
        raise InputInvalid((Problem("log.mapping", "kind mapping needs a mapping", "component.log_options", fix),))
    times = Times(options)
    readers = tuple(_Reader(mapping, times) for mapping in options.mappings)

    def read(line: bytes) -> Said | None:
        fitting = False
        for reader in readers:
            fields = reader.fields(line)
            if fields is None:
                continue
            fitting = True
            if reader.speaks(fields):
                return reader.said(fields)
        if not fitting:
            raise ValueError("no mapping fits")
        return None

    return read


class _Reader:
    """One mapping, ready to read."""

    def __init__(self, mapping: Mapping, times: Times) -> None:
        self._mapping = mapping
        self._rules = dict(mapping.fields)
        if mapping.pattern is not None:
            self._rules = {name: FieldRule(name) for name in mapping.pattern.groupindex} | self._rules
        self._outcomes = dict(mapping.outcomes)
        self._at = _time(mapping, times)

    def fields(self, line: bytes) -> Fields | None:
        """The line's fields, None if it is not of this form."""
        if self._mapping.format == "json":
            try:
                return json_object(line) if line.lstrip().startswith(b"{") else None
            except ValueError:
                return None
        shown = line.decode("utf-8", "replace").rstrip("\r\n")
        if self._mapping.pattern is not None:
            found = self._mapping.pattern.fullmatch(shown)
            return None if found is None else dict(found.groupdict())
        return (logfmt(shown) or None) if not shown.startswith("{") else None

    def speaks(self, fields: Fields) -> bool:
        """Whether the line is one of those that the mapping is for."""
        return all(pattern.search(text(fields, path) or "") for path, pattern in self._mapping.when)

    def said(self, fields: Fields) -> Said:
        """What the line says. Raises ValueError without a time."""
        found = {name: _found(rule, fields) for name, rule in self._rules.items()}
        status, ms = found.get("status"), found.get("ms")
        return Said(
            self._at(found.get("time") or ""),
            self._mapping.name,
            self._verdict(found),
            person=found.get("person"),
            source=found.get("source"),
            session=found.get("session"),
            client=found.get("client"),
            provider=found.get("provider"),
            agent=found.get("agent"),
            route=self._mapping.name if "route" in found else None,
            status=int(status) if status and status.isdigit() else None,
            ms=float(ms) if ms and _NUMBER.fullmatch(ms) else None,
        )

    def _verdict(self, found: dict[str, str | None]) -> Verdict:
        """The outcome of `outcomes`, else of the reason, else the mapping's. The raw reason is the user's own
        expression, never the log's text."""
        outcome = self._outcomes.get(found.get("outcome") or "")
        if outcome is Outcome.SUCCESS:
            return Verdict(self._mapping.kind, outcome, Reason.OK)
        why = found.get("reason") or ""
        for rule in self._mapping.reasons:
            if rule.pattern.search(why):
                return Verdict(self._mapping.kind, outcome or rule.outcome, rule.reason, rule.pattern.pattern[:64])
        outcome = outcome or self._mapping.outcome
        return Verdict(self._mapping.kind, outcome, Reason.OK if outcome is Outcome.SUCCESS else Reason.OTHER)


def _found(rule: FieldRule, fields: Fields) -> str | None:
    value = text(fields, rule.path)
    if value is None or rule.pattern is None:
        return value
    part = rule.pattern.search(value)
    return None if part is None else part[1] if part.re.groups else part[0]


def _time(mapping: Mapping, times: Times) -> Callable[[str], datetime]:
    if mapping.time_format == "iso":
        return times.iso
    if mapping.time_format == "epoch":
        return lambda shown: times.epoch(_number(shown))
    if mapping.time_format == "epoch-ms":
        return lambda shown: times.epoch(_number(shown) / _MILLISECONDS)
    return lambda shown: times.strptime(shown, mapping.time_format)


def _number(shown: str) -> float:
    if not re.fullmatch(r"\d{1,18}(\.\d+)?", shown):
        raise ValueError("no time")
    return float(shown)


LOG = LogFormat(
    reads,
    lines="whatever a mapping's regular expression, JSON paths or logfmt names fit",
    times="`time_format`; without a zone `time_zone`; without a year the year rule",
    source="yours",
    origins={},
)
