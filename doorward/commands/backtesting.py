"""3 watch: `doorward watch --backtest`: what past logs would have told, held against the incidents people recorded."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path

import msgspec
import typer

from doorward import watch as stage
from doorward.commands.opening import opened
from doorward.commands.shared import FOUND, progress
from doorward.errors import InputInvalid, Problem
from doorward.log_line import LogOptions
from doorward.model.detection import Detection
from doorward.model.sign_in import SignInEvent
from doorward.settings import load
from doorward.systems import System, system
from doorward.watch import backtest_recorded as recorded
from doorward.watch.backtest import Replay, backtest
from doorward.watch.backtest_budget import LEAST_DAYS, LEAST_INCIDENTS, Ground, Proposal, Trial, propose
from doorward.watch.backtest_recorded import RecordedIncident
from doorward.watch.backtest_score import Score, score
from doorward.watch.follow import Parse
from doorward.watch.one_in import of_one_in
from doorward.watch.past import batches_of, by_time
from doorward.wiring.log_options import changed_at, log_options

OWN_LOG = "log"
_PROGRESS_EVERY = 1_000_000

GROUNDS = {
    Ground.QUICKEST_OF_THE_QUIET: "of those with no more false alarms than accepted: fewest missed, then quickest",
    Ground.TOO_FEW_DAYS: f"too little history to propose one: it takes {LEAST_DAYS:.0f} days of logs",
    Ground.TOO_FEW_INCIDENTS: f"too little history to propose one: it takes {LEAST_INCIDENTS} recorded incidents",
    Ground.NONE_IS_QUIET: "none that was tried keeps to the accepted false alarms; try smaller ones with --budgets",
}


@dataclass(frozen=True, slots=True)
class Review:
    """What to hold the detections against, which budgets to try beside the one in force, and how many false alarms a
    month are accepted (None: the budget in force)."""

    incidents: str = ""
    budgets: tuple[float, ...] = ()
    accepted: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A log file, whose it is, and how its lines are read."""

    path: Path
    component: str
    parse: Parse


def sources(
    logs: Sequence[Path], kind: str, config: Path | None, rotated: bool = True, one_in: int = 1
) -> tuple[Source, ...]:
    """The files to read: as named on the command line, or with `config` alone each component's log and, if `rotated`,
    what was rotated before it (`log.1`, `log.2.gz`); of one person in that many. Raises InputInvalid naming every file
    that is not there."""
    if config is None:
        # One key for all files: a person is one person in each of them.
        options, source = LogOptions(), system(kind)
        found = [
            Source(path, stage.component_of(path), part_of(source, replace(options, latest=changed_at(path)), one_in))
            for path in logs
        ]
    else:
        found = list(_configured(logs, config, rotated, one_in))
    missing = tuple(
        Problem("log.unreadable", "is not a file", str(one.path), "check the path")
        for one in found
        if not one.path.is_file()
    )
    if missing or not found:
        none = Problem("log.none", "no log is named", "", "name log files, or a --config whose components have logs")
        raise InputInvalid(missing or (none,))
    return tuple(found)


def part_of(kind: System, options: LogOptions | None, one_in: int) -> Parse:
    """The parser of a kind, for one person in that many."""
    return of_one_in(kind.parser(options), one_in, kind.mark)


def _configured(logs: Sequence[Path], config: Path, rotated: bool, one_in: int) -> Iterator[Source]:
    settings = load(config)
    for component in settings.component:
        if component.log is None:
            continue
        place = settings.place(component.log)
        named = [path for path in logs if stage.component_of(path) == component.name]
        kind = system(component.log_kind or component.kind)
        for path in named if logs else (_rotated(place) if rotated else [place]):
            options = None if kind.log is None else log_options(settings, component, changed_at(path))
            yield Source(path, component.name, part_of(kind, options, one_in))


def _rotated(path: Path) -> list[Path]:
    """The log and its predecessors."""
    older = (other for other in path.parent.glob(f"{path.name}.*") if other.suffixes[-1:] != [".new"])
    return [*sorted(one for one in older if one.name.removeprefix(f"{path.name}.").removesuffix(".gz").isdigit()), path]


def events(found: Sequence[Source], unparsed: stage.Unparsed) -> Iterator[SignInEvent]:
    """The events of all files by time; within a file its own order stands."""
    number = 0
    for batch in by_time([batches_of(one.path, one.parse, unparsed, one.component) for one in found]):
        before, number = number, number + len(batch)
        if number // _PROGRESS_EVERY > before // _PROGRESS_EVERY:
            progress(f"{number:,} events, up to {batch[-1].at:%Y-%m-%d %H:%M} UTC")
        yield from batch


def incidents(named: str, config: Path | None) -> tuple[RecordedIncident, ...]:
    """What people recorded: a file, or with `log` Doorward's own incident log."""
    if not named:
        return ()
    if named != OWN_LOG:
        return recorded.read(Path(named))
    if config is None:
        what = "Doorward's own incident log is found by its doorward.toml"
        raise InputInvalid((Problem("incidents.config", what, "--incidents log", "add --config doorward.toml"),))
    opened(config)
    # The log's module needs the store's tables, which exist only once it is opened.
    return recorded.own(importlib.import_module("doorward.store.log").incidents())


def run(logs: Sequence[Path], kind: str, config: Path | None, review: Review, as_json: bool, one_in: int = 1) -> None:
    """Replay, score, propose, and print it; ends with 1 if anything was told."""
    found = sources(logs, kind, config, one_in=one_in)
    known = incidents(review.incidents, config)
    settings = stage.WatchSettings() if config is None else stage.of_table(load(config).watch)
    own = settings.false_alarms_per_month
    tried = dict.fromkeys((own, *review.budgets))
    unparsed = stage.Unparsed()
    components = tuple(dict.fromkeys(one.component for one in found))
    each = [replace(settings, false_alarms_per_month=budget) for budget in tried]
    replays = backtest(components, events(found, unparsed), each)
    if unparsed.lines:
        progress(f"{unparsed.lines} lines did not parse, such as one of {unparsed.samples[0]}")
    tried_out = (Trial(one.settings.false_alarms_per_month, score(one, known)) for one in replays)
    trials = sorted(tried_out, key=attrgetter("budget"))
    accepted = own if review.accepted is None else review.accepted
    proposal = propose(trials, accepted) if review.budgets else None
    first = replays[0]
    tell = _tell_json if as_json else _tell
    tell(first, score(first, known), trials if review.budgets else [], proposal, known)
    if first.detections:
        raise typer.Exit(FOUND)


def _tell(
    replay: Replay,
    scored: Score,
    trials: Sequence[Trial],
    proposal: Proposal | None,
    known: Sequence[RecordedIncident],
) -> None:
    for told in replay.detections:
        print(line(told, _belongs(told, known)))
        for why in told.evidence:
            print(f"    {why}")
    span = replay.span
    when = f"from {span.began:%Y-%m-%d %H:%M} to {span.ended:%Y-%m-%d %H:%M} UTC" if span else "empty"
    print(f"logs {when} ({scored.days:.1f} days): {replay.events:,} events, {len(replay.detections)} detections")
    if known:
        _tell_score(scored)
    if trials:
        _tell_trials(trials)
    if proposal is not None:
        budget = "none" if proposal.budget is None else f"{proposal.budget:g} a month"
        print(f"proposed budget: {budget} ({GROUNDS[proposal.ground]})")


def line(told: Detection, belongs: str = "") -> str:
    """A detection as one line."""
    segment = ", ".join(f"{key}={value}" for key, value in told.segment)
    return (
        f"{told.detected_at:%Y-%m-%d %H:%M:%S} {told.signal} {segment}: {told.observed:.3g}, "
        f"expected {told.expected:.3g}, since {told.onset:%H:%M:%S}{belongs}"
    )


def _belongs(told: Detection, known: Sequence[RecordedIncident]) -> str:
    if not known:
        return ""
    names = [one.what or f"{one.began:%Y-%m-%d %H:%M}" for one in known if one.holds(told.detected_at)]
    return f" [{'; '.join(names)}]" if names else " [no recorded incident]"


def _tell_score(scored: Score) -> None:
    beyond = f" ({scored.outside} more outside of these logs)" if scored.outside else ""
    print(f"recorded incidents: {len(scored.incidents)}{beyond}")
    for met in scored.incidents:
        how = "missed" if met.by is None else f"met after {met.delay_s:.0f} s by {met.by.signal}"
        print(f"    {met.incident.began:%Y-%m-%d %H:%M:%S} {met.incident.what}: {how}")
    print(f"recall: {scored.met} of {len(scored.incidents)} incidents met")
    print(f"precision: {scored.met} of {scored.alarms} alarms belong to an incident")


def _tell_trials(trials: Sequence[Trial]) -> None:
    print("budget a month  false alarms  at most a month (95 %)  missed  median delay")
    for trial in trials:
        delay_s = trial.score.median_delay_s
        shown = "-" if delay_s is None else f"{delay_s:.0f} s"
        print(
            f"{trial.budget:14g}  {len(trial.score.false_alarms):12}  {trial.at_most_per_month:22.2g}  "
            f"{trial.score.missed:6}  {shown:>12}"
        )


def _tell_json(
    replay: Replay,
    scored: Score,
    trials: Sequence[Trial],
    proposal: Proposal | None,
    known: Sequence[RecordedIncident],
) -> None:
    for told in replay.detections:
        _write(stage.detection_json(told))
    rows = [
        {
            "budget": trial.budget,
            "false_alarms": len(trial.score.false_alarms),
            "missed": trial.score.missed,
            "median_delay_s": trial.score.median_delay_s,
        }
        for trial in trials
    ]
    _write(
        {
            "schema": "doorward.backtest/1",
            "days": scored.days,
            "events": replay.events,
            "detections": len(replay.detections),
            "incidents": [
                {"began": met.incident.began, "what": met.incident.what, "delay_s": met.delay_s}
                for met in scored.incidents
            ],
            "outside": scored.outside,
            "met": scored.met,
            "alarms": scored.alarms,
            "false_alarms": len(scored.false_alarms),
            "budgets": rows,
            "proposed": None if proposal is None else {"budget": proposal.budget, "ground": proposal.ground},
        }
    )


def _write(told: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
