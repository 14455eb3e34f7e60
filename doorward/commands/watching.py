"""3 watch: `doorward watch`."""

from __future__ import annotations

import contextlib
import heapq
import math
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from doorward import watch as stage
from doorward.commands import backtesting, counting, learning
from doorward.commands.shared import DEFAULT_CONFIG, FOUND, progress, reported
from doorward.errors import InputInvalid, Problem
from doorward.model.detection import Detection
from doorward.settings import load
from doorward.systems import system
from doorward.watch.alert_rules import rule_file

FOLLOW_EVERY_S = 0.5


class Lines(StrEnum):
    """How detections are told."""

    TEXT = "text"
    JSONL = "jsonl"


LOGS = Annotated[list[Path] | None, typer.Argument(help="Log files, one per component; .gz with --backtest.")]
KIND = Annotated[str, typer.Option("--kind", help="Kind of the log's lines.")]
FORMAT = Annotated[Lines, typer.Option("--format", help="text or jsonl.")]
FOLLOW = Annotated[bool, typer.Option("--follow", help="Go on as lines are written, until Ctrl-C.")]
CONFIG = Annotated[
    Path | None,
    typer.Option("--config", help="A doorward.toml: its table watch, and its components' logs if none is named."),
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
USUAL = Annotated[bool, typer.Option("--usual", help="Print what is kept as usual.")]


@reported
def watch(
    logs: LOGS = None,
    kind: KIND = "school",
    output: FORMAT = Lines.TEXT,
    follow: FOLLOW = False,
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
        backtesting.run(logs or [], kind, config, review, output is Lines.JSONL)
    else:
        _watch(logs or [], kind, output, follow)


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


def _watch(logs: list[Path], kind: str, output: Lines, follow: bool) -> None:
    _readable(tuple(logs))
    found, unparsed = 0, stage.Unparsed()
    past = () if follow else stage.replay(tuple(logs), system(kind).parser(), unparsed=unparsed)
    if unparsed.lines:
        progress(f"{unparsed.lines} lines did not parse, such as one of {unparsed.samples[0]}")
    for detection in _followed(logs, kind) if follow else past:
        found += 1
        if output is Lines.JSONL:
            sys.stdout.buffer.write(msgspec.json.encode(stage.detection_json(detection)) + b"\n")
            sys.stdout.buffer.flush()
        else:
            print(backtesting.line(detection))
    if found:
        raise typer.Exit(FOUND)


def _followed(logs: list[Path], kind: str) -> Iterator[Detection]:
    """Detections as they come, until a person stops it."""
    parse = system(kind).parser()
    followers = [stage.Follower(path, stage.component_of(path), parse) for path in logs]
    watcher = stage.Watcher(stage.WatchSettings(), tuple(dict.fromkeys(follower.component for follower in followers)))
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            batches = [follower.poll() for follower in followers]
            watcher.feed(heapq.merge(*(batch.events for batch in batches), key=attrgetter("at")))
            yield from watcher.advance(datetime.now(UTC))
            if not any(batch.more for batch in batches):
                time.sleep(FOLLOW_EVERY_S)


def _readable(logs: tuple[Path, ...]) -> None:
    if not logs:
        raise InputInvalid((Problem("log.none", "no log is named", "", "name log files"),))
    missing = tuple(
        Problem("log.unreadable", "is not a file", str(path), "check the path") for path in logs if not path.is_file()
    )
    if missing:
        raise InputInvalid(missing)
