"""[component.log_options]: what the lines of a component's log cannot say themselves, as LogOptions."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from doorward.log_line import FieldRule, LogOptions, Mapping, ReasonRule, Route
from doorward.model.sign_in import Kind, Outcome, Reason


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone such as Europe/Paris") from error
    return text


Regex = Annotated[str, AfterValidator(_pattern)]
Zone = Annotated[str, AfterValidator(_zone)]
_OF_THE_EVENT = ("person", "source", "session", "client", "provider", "agent", "route", "status", "ms")
FIELDS = ("time", *_OF_THE_EVENT, "outcome", "reason")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RouteTable(_Table):
    """[[component.log_options.route]]: a page of an access log, by its path; the first that fits counts."""

    name: str = Field(description="what the page is called in counts and charts")
    path: Regex = Field(description="regular expression that the path, without its query, must fit wholly")
    is_sign_in: bool = Field(False, description="its POSTs are attempts to sign in")
    is_sign_out: bool = Field(False, description="its requests are sign-outs")
    succeeded: tuple[int, ...] = Field((302, 303), description="statuses of an attempt that succeeded")


class FieldTable(_Table):
    """A field of a mapping that is part of another: `{path = "message", pattern = "failed: (.*)"}`."""

    path: str = Field(description="a path of keys, or a named group")
    pattern: Regex = Field(description="regular expression; its first group is the field")


class MappingTable(_Table):
    """[[component.log_options.mapping]]: your own reading, for `log_kind = "mapping"`; the first that fits counts."""

    name: str = Field(description="what the mapping is called in `doorward events --explain`")
    format: Literal["json", "logfmt", "regex"] = Field(description="json, logfmt or regex")
    pattern: Regex | None = Field(None, description="regex: must fit the whole line; its named groups are the fields")
    when: dict[str, Regex] = Field({}, description="fields and what must be found in them; else the line says nothing")
    fields: dict[str, str | FieldTable] = Field(
        {}, description=f"where to find {', '.join(FIELDS)}: a path of keys, or {{path, pattern}}"
    )
    kind: Kind = Field(Kind.SIGN_IN, description="what its lines are")
    outcome: Outcome = Field(Outcome.UNKNOWN, description="of lines that `outcomes` and `reasons` do not decide")
    outcomes: dict[str, Outcome] = Field({}, description="texts of the field `outcome`")
    reasons: dict[Regex, Reason] = Field({}, description="expressions searched in the field `reason`; the first counts")
    time_format: str = Field("iso", description="iso, epoch, epoch-ms, or a pattern of strptime")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.pattern is None) == (self.format == "regex"):
            raise ValueError("a regex needs `pattern`, and nothing else takes one")
        unknown = sorted(self.fields.keys() - set(FIELDS))
        if unknown:
            raise ValueError(f"no field is called {unknown[0]}; there are {', '.join(FIELDS)}")
        if "time" not in self.fields and (self.pattern is None or "time" not in re.compile(self.pattern).groupindex):
            raise ValueError("it must say where the time is")
        return self


class LogOptionsTable(_Table):
    """[component.log_options]: what the lines of the log cannot say themselves."""

    time_zone: Zone = Field("UTC", description="zone of times without one")
    year: int | None = Field(None, ge=1970, le=9999, description="year of times without one; default: docs/logs.md")
    hash_key_file: Path | None = Field(
        None, description="key of the hashes of people and networks; default: session_hash_key_file, else one is made"
    )
    probe_agents: tuple[str, ...] = Field(("Doorward",), description="texts in a User-Agent that mark a probe")
    probe_accounts_file: Path | None = Field(None, description="accounts of probes, a name a line")
    route: tuple[RouteTable, ...] = Field((), description="pages of an access log")
    mapping: tuple[MappingTable, ...] = Field((), description="readings of your own")

    def options(
        self, hash_key: bytes, latest: datetime | None = None, probe_accounts: tuple[str, ...] = ()
    ) -> LogOptions:
        """As the parsers take it."""
        return LogOptions(
            hash_key=hash_key,
            time_zone=ZoneInfo(self.time_zone),
            year=self.year,
            latest=latest,
            routes=tuple(_route(table) for table in self.route),
            mappings=tuple(_mapping(table) for table in self.mapping),
            probe_agents=self.probe_agents,
            probe_accounts=probe_accounts,
        )


def _route(table: RouteTable) -> Route:
    return Route(table.name, re.compile(table.path), table.is_sign_in, table.is_sign_out, table.succeeded)


def _mapping(table: MappingTable) -> Mapping:
    return Mapping(
        name=table.name,
        format=table.format,
        pattern=re.compile(table.pattern, re.DOTALL) if table.pattern else None,
        when=tuple((path, re.compile(pattern)) for path, pattern in table.when.items()),
        fields=tuple((name, _field(value)) for name, value in table.fields.items()),
        kind=table.kind,
        outcome=table.outcome,
        outcomes=tuple(table.outcomes.items()),
        reasons=tuple(_reason(pattern, reason) for pattern, reason in table.reasons.items()),
        time_format=table.time_format,
    )


def _field(value: str | FieldTable) -> FieldRule:
    if isinstance(value, str):
        return FieldRule(value)
    return FieldRule(value.path, re.compile(value.pattern))


def _reason(pattern: str, reason: Reason) -> ReasonRule:
    return ReasonRule(re.compile(pattern), reason, Outcome.SUCCESS if reason is Reason.OK else Outcome.FAILURE)
