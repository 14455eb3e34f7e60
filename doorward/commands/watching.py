"""3 watch: `doorward watch`."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from doorward import watch as stage
from doorward.commands.shared import FOUND, progress, reported
from doorward.errors import InputInvalid, Problem
from doorward.model.detection import Detection
from doorward.systems import system

FOLLOW_EVERY_S = 0.5


class Lines(StrEnum):
    """How detections are told."""

    TEXT = "text"
    JSONL = "jsonl"


KIND = Annotated[str, typer.Option("--kind", help="Kind of the log's lines.")]


@reported
def watch(
    logs: Annotated[list[Path], typer.Argument(help="Log files, one per component.")],
    kind: KIND = "school",
    output: Annotated[Lines, typer.Option("--format", help="text or jsonl.")] = Lines.TEXT,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as lines are written, until Ctrl-C.")] = False,
) -> None:
    """Read logs and say when sign-in left its usual course. `doorward run` does the same live."""
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
            segment = ", ".join(f"{key}={value}" for key, value in detection.segment)
            print(
                f"{detection.detected_at:%Y-%m-%d %H:%M:%S} {detection.signal} {segment}: {detection.observed:.3g}, "
                f"expected {detection.expected:.3g}, since {detection.onset:%H:%M:%S}"
            )
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
            watcher.feed(sorted((event for batch in batches for event in batch.events), key=lambda event: event.at))
            yield from watcher.advance(datetime.now(UTC))
            if not any(batch.more for batch in batches):
                time.sleep(FOLLOW_EVERY_S)


def _readable(logs: tuple[Path, ...]) -> None:
    missing = tuple(
        Problem("log.unreadable", "is not a file", str(path), "check the path") for path in logs if not path.is_file()
    )
    if missing:
        raise InputInvalid(missing)
