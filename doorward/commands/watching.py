"""3 watch: `doorward watch`."""

from __future__ import annotations

import heapq
import math
import sys
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from doorward import watch as stage
from doorward.commands import backtesting, counting, following, learning
from doorward.commands.following import STDIN
from doorward.commands.shared import DEFAULT_CONFIG, FOUND, progress, reported
from doorward.errors import InputInvalid, Problem
from doorward.model.detection import Detection
from doorward.settings import load
from doorward.watch.alert_rules import rule_file


class Lines(StrEnum):
    """How detections are told."""

    TEXT = "text"
    JSONL = "jsonl"


LOGS = Annotated[
    list[Path] | None, typer.Argument(help="Log files, one per component, also .gz; - reads standard input.")
]
KIND = Annotated[str, typer.Option("--kind", help="Kind of the log's lines.")]
FORMAT = Annotated[Lines, typer.Option("--format", help="text or jsonl.")]
FOLLOW = Annotated[bool, typer.Option("--follow", help="Go on as lines are written, until Ctrl-C.")]
CONFIG = Annotated[
    Path | None,
    typer.Option("--config", help="A doorward.toml: its table watch, log_options, and logs if none is named."),
]
BACKTEST = Annotated[bool, typer.Option("--backtest", help="Say what these logs would have told, when and why.")]
INCIDENTS = Annotated[
    str,
    typer.Option("--incidents", help="With --backtest: recorded incidents (JSON lines, TOML); log = Doorward's own."),
]
BUDGETS = Annotated[
    str, typer.Option("--budgets", help="With --backtest: false alarms a month to try as well, such as 0.3,3,10.")
]
ACCEPT = Annotated[
    float | None, typer.Option("--accept", help="With --budgets: false alarms a month to accept; default: the budget.")
]
ALERT_RULES = Annotated[
    bool, typer.Option("--alert-rules", help="Print alert rules for Prometheus over the metrics of /metrics.")
]
LEARN = Annotated[
    bool, typer.Option("--learn", help="Learn what is usual from these logs; `doorward run` begins with it.")
]
ENGINE = Annotated[
    counting.Engine | None,
    typer.Option("--engine", help="Print counts by window and client instead, made by this engine: embedded or spark."),
]
ONE_IN = Annotated[
    int,
    typer.Option(
        "--one-in", min=1, max=1024, help="Look at one person in so many, for logs of ten thousands of lines a second."
    ),
]
USUAL = Annotated[bool, typer.Option("--usual", help="Print what is kept as usual.")]


@reported
def watch(
    logs: LOGS = None,
    kind: KIND = "school",
    output: FORMAT = Lines.TEXT,
    follow: FOLLOW = False,
    one_in: ONE_IN = 1,
    config: CONFIG = None,
    backtest: BACKTEST = False,
    incidents: INCIDENTS = "",
    budgets: BUDGETS = "",
    accept: ACCEPT = None,
    learn: LEARN = False,
    usual: USUAL = False,
    alert_rules: ALERT_RULES = False,
    engine: ENGINE = None,
) -> None:
    """Read logs and say when sign-in left its usual course. `doorward run` does the same live."""
    if one_in > 1:
        progress(f"looking at one person in {one_in}: numbers of people are of these")
    if alert_rules:
        print(rule_file("" if config is None else load(config).dashboard.public_url), end="")
    elif engine is not None:
        _readable(tuple(logs or ()))
        counting.run(logs or [], kind, engine, config)
    elif usual:
        learning.show(config or DEFAULT_CONFIG)
    elif learn:
        learning.learn(logs or [], kind, config or DEFAULT_CONFIG)
    elif backtest:
        review = backtesting.Review(incidents, _numbers(budgets), accept)
        backtesting.run(logs or [], kind, config, review, output is Lines.JSONL, one_in)
    else:
        _watch(logs or [], kind, output, config, follow, one_in)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise _no_numbers(text) from error
    if not all(0 < number < math.inf for number in found):
        raise _no_numbers(text)
    return found


def _no_numbers(text: str) -> InputInvalid:
    what = f"{text!r} is no list of numbers above 0"
    return InputInvalid((Problem("budgets", what, "--budgets", "give numbers such as 0.3,1,3"),))


def _watch(logs: list[Path], kind: str, output: Lines, config: Path | None, follow: bool, one_in: int) -> None:
    settings = stage.WatchSettings() if config is None else stage.of_table(load(config).watch)
    found = 0
    for detection in (following.followed if follow else _replayed)(logs, kind, config, settings, one_in):
        found += 1
        if output is Lines.JSONL:
            sys.stdout.buffer.write(msgspec.json.encode(stage.detection_json(detection)) + b"\n")
            sys.stdout.buffer.flush()
        else:
            print(backtesting.line(detection), flush=follow)
    if found:
        raise typer.Exit(FOUND)


def _replayed(
    logs: list[Path], kind: str, config: Path | None, settings: stage.WatchSettings, one_in: int
) -> tuple[Detection, ...]:
    """What the logs say as they are, and standard input to its end."""
    unparsed = stage.Unparsed()
    files = [path for path in logs if path != STDIN]
    found = backtesting.sources(files, kind, config, one_in=one_in) if files or not logs else ()
    streams = [backtesting.events(found, unparsed)]
    names = [one.component for one in found]
    if STDIN in logs:
        name, parse = following.piped(kind, config, one_in)
        names.append(name)
        streams.append(following.events_of_stdin(parse, name, unparsed))
    told = stage.replayed(heapq.merge(*streams, key=attrgetter("at")), names, settings)
    if unparsed.lines:
        progress(f"{unparsed.lines} lines did not parse, such as one of {unparsed.samples[0]}")
    return told


def _readable(logs: tuple[Path, ...]) -> None:
    if not logs:
        raise InputInvalid((Problem("log.none", "no log is named", "", "name log files"),))
    missing = tuple(
        Problem("log.unreadable", "is not a file", str(path), "check the path") for path in logs if not path.is_file()
    )
    if missing:
        raise InputInvalid(missing)
