"""drill.toml → a Scenario: the fault, the people, what the report said, and how the drill must be met."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError

from doorward.errors import InputInvalid, Problem
from doorward.settings_tables import Share, Table
from doorward.toml_file import TomlFile, read

SCHEMA = "doorward.drill-scenario/1"
FILE = "drill.toml"


class ReportTable(Table):
    """[report]: the figures of the incident report that the drill reconstructs; None = the report does not say."""

    minutes_to_detect: float | None = None
    detected_by: str = ""
    minutes_to_find_cause: float | None = None
    minutes_to_restore: float | None = None
    users_affected_share: Share | None = None
    wrong_trails: tuple[str, ...] = ()


class ChangeTable(Table):
    """[change]: the setting that is written past the check."""

    component: str
    key: str
    value: str | int | float | bool
    reason: str = ""


class ExpectTable(Table):
    """[expect]: how the drill must be met."""

    declared: bool
    cause: str | None = None


class TrafficTable(Table):
    """[traffic]: the people in the school while it happens."""

    sign_ins_per_min: float = Field(60, gt=0, le=600)
    shared_exit_share: Share = 0.45
    seed: int = 11


class TimesTable(Table):
    """[times], in seconds: `quiet_s` before the change, `watch_s` at most after it, `after_s` once restored."""

    quiet_s: float = Field(28, gt=0)
    watch_s: float = Field(100, gt=0)
    after_s: float = Field(6, ge=0)


class Scenario(Table):
    """One drill."""

    name: str
    schema_: str = Field(alias="schema", pattern=f"^{SCHEMA}$")
    title: str
    story: str
    reconstruction: str
    report: ReportTable = Field(default_factory=lambda: ReportTable())
    change: ChangeTable
    expect: ExpectTable
    traffic: TrafficTable = Field(default_factory=lambda: TrafficTable())
    times: TimesTable = Field(default_factory=lambda: TimesTable())


def names(drills: Path) -> tuple[str, ...]:
    """Every drill below the folder, by name."""
    return tuple(sorted(path.parent.name for path in drills.glob(f"*/{FILE}")))


def load(drills: Path, name: str) -> Scenario:
    """The drill of that name. Raises InputInvalid with every problem and its line."""
    path = drills / name / FILE
    if not path.is_file():
        fix = f"one of: {', '.join(names(drills)) or 'none here'}"
        raise InputInvalid((Problem("drill.unknown", f"there is no drill {name!r}", str(drills), fix),))
    document = read(path)
    try:
        return Scenario.model_validate({**document.data, "name": name})
    except ValidationError as error:
        problems = tuple(_problem(document, tuple(detail["loc"]), detail["msg"]) for detail in error.errors())
        raise InputInvalid(problems) from error


def _problem(document: TomlFile, location: tuple[int | str, ...], message: str) -> Problem:
    pointer = ".".join(str(part) for part in location)
    where = f"{document.path}:{document.line(pointer)} {pointer}".replace(":0 ", " ")
    return Problem("drill.value", message, where, "see docs/drills.md")
