"""LogOptions: what the lines of a log cannot say themselves, from `[component.log_options]` or the command line."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from doorward.model.sign_in import Kind, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Route:
    """A page of the service by the path of its requests. With `is_sign_in` its POSTs are attempts to sign in, which
    succeed with a status in `succeeded` and fail with any other."""

    name: str
    path: re.Pattern[str]
    is_sign_in: bool = False
    is_sign_out: bool = False
    succeeded: tuple[int, ...] = (302, 303)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where a mapping finds a field: a path of keys (`user.name`) or a named group, and the first group of `pattern`
    within it, if there is one."""

    path: str
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """A text of the log, searched in the reason's field, and what it means."""

    pattern: re.Pattern[str]
    reason: Reason
    outcome: Outcome = Outcome.FAILURE


@dataclass(frozen=True, slots=True)
class Mapping:
    """A user's own reading of a line: `pattern` with named groups, or the fields of a JSON or logfmt line.

    `when` are fields that must match for the line to speak of sign-in. `outcomes` maps texts of the outcome's field;
    without one, `outcome` stands for all lines. `time_format` is iso, epoch, epoch-ms or a strptime pattern.
    """

    name: str
    format: str
    pattern: re.Pattern[str] | None = None
    when: tuple[tuple[str, re.Pattern[str]], ...] = ()
    fields: tuple[tuple[str, FieldRule], ...] = ()
    kind: Kind = Kind.SIGN_IN
    outcome: Outcome = Outcome.UNKNOWN
    outcomes: tuple[tuple[str, Outcome], ...] = ()
    reasons: tuple[ReasonRule, ...] = ()
    time_format: str = "iso"


@dataclass(frozen=True, slots=True)
class LogOptions:
    """Of one log. Without a `hash_key` one is made for this run: hashes of two runs then differ, and none is in clear.

    `latest`: no line is later than this (a day of grace), so a line without a year has the latest year that fits; None
    = the clock's now. `year`: the year of all lines without one. `time_zone`: of times without one.
    """

    hash_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    year: int | None = None
    latest: datetime | None = None
    routes: tuple[Route, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    probe_agents: tuple[str, ...] = ("Doorward",)
    probe_accounts: tuple[str, ...] = field(default=(), repr=False)
