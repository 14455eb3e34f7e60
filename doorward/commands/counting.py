"""`doorward watch --engine`: counts by window and segment of whole logs, by the engine that is asked for."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from doorward import settings as settings_files
from doorward.commands.shared import progress
from doorward.log_line import LogOptions
from doorward.watch import partial_files, spark
from doorward.watch.partial_counts import Counting
from doorward.watch.partial_people import distinct
from doorward.watch.partial_rows import rows_of
from doorward.wiring.log_options import KEY_NAME, changed_at, own_key

SCHEMA = "doorward.bucket/1"


class Engine(StrEnum):
    """Who counts."""

    EMBEDDED = "embedded"
    SPARK = "spark"


def run(logs: list[Path], kind: str, engine: Engine, config: Path | None) -> None:
    """Print the counts as JSON lines, oldest first; what was not counted is told on stderr."""
    counting = _counting(logs, kind, config)
    table = (spark if engine is Engine.SPARK else partial_files).counted(logs, counting)
    for component, told, window, verdict, client, count, people in rows_of(table):
        if told:
            progress(f"{count} lines of {component}: {told}")
            continue
        meant = dict(zip(("kind", "outcome", "reason"), verdict.split("/"), strict=True))
        bucket = {
            "schema": SCHEMA,
            "component": component,
            "opened_at": datetime.fromtimestamp(window * counting.width_s, UTC).isoformat(),
            "width_s": counting.width_s,
            **meant,
            "client": client,
            "count": count,
            "people": distinct(people),
        }
        sys.stdout.buffer.write(msgspec.json.encode(bucket) + b"\n")


def _counting(logs: list[Path], kind: str, config: Path | None) -> Counting:
    """Without a doorward.toml: windows of ten seconds, and a hash key of this run's, which no count depends on."""
    latest = max((at for log in logs if (at := changed_at(log)) is not None), default=None)
    if config is None:
        return Counting(kind, LogOptions(latest=latest))
    read = settings_files.load(config)
    options = LogOptions(hash_key=own_key(read.state / KEY_NAME), latest=latest)
    return Counting(kind, options, read.watch.window_s)
