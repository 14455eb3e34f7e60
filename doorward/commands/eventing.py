"""3 watch: `doorward events`: a log as normalised events, and how it was read."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from doorward.commands.shared import FOUND, progress, reported
from doorward.errors import InputInvalid, Problem
from doorward.log_line import LogOptions
from doorward.log_line import said as saying
from doorward.model.sign_in import SignInEvent
from doorward.settings import load
from doorward.settings_logs import LogOptionsTable
from doorward.settings_tables import ComponentTable
from doorward.systems import System, system
from doorward.watch.explained import Reading, explained, told
from doorward.watch.ocsf import ocsf
from doorward.watch.past import component_of
from doorward.wiring.log_options import changed_at, hash_key, log_options

STDIN = Path("-")


class Dress(StrEnum):
    """How events are written."""

    JSON = "json"
    OCSF = "ocsf"


LOG = Annotated[Path, typer.Argument(help="A log file, also .gz; - reads standard input.")]
KIND = Annotated[str, typer.Option("--kind", help="Kind of the log's lines; default: the component's, else school.")]
AS = Annotated[Dress, typer.Option("--as", help="json: Doorward's own; ocsf: OCSF class 3002.")]
EXPLAIN = Annotated[bool, typer.Option("--explain", help="Tell how the lines were read; 1 if none was an event.")]
CONFIG = Annotated[Path | None, typer.Option("--config", help="A doorward.toml with the component's log_options.")]
COMPONENT = Annotated[str, typer.Option("--component", help="With --config: whose options; default: the only one.")]
KEY = Annotated[Path | None, typer.Option("--key-file", help="Key of the hashes; default: one made for this run.")]
ZONE = Annotated[str, typer.Option("--time-zone", help="Zone of times without one.")]


@reported
def events(
    log: LOG,
    kind: KIND = "",
    dress: AS = Dress.JSON,
    explain: EXPLAIN = False,
    config: CONFIG = None,
    component: COMPONENT = "",
    key_file: KEY = None,
    time_zone: ZONE = "UTC",
) -> None:
    """Print a log's sign-in events as JSON lines, without names or addresses; or tell how the log was read."""
    guarded = None if config is None else _component(config, component)
    if log != STDIN and not log.is_file():
        raise InputInvalid((Problem("log.unreadable", "is not a file", str(log), "check the path"),))
    latest = None if log == STDIN else changed_at(log)
    if config is not None and guarded is not None:
        options = log_options(load(config), guarded, latest)
    else:
        options = _options(key_file, time_zone, latest)
    named = kind or ((guarded.log_kind or guarded.kind) if guarded else "school")
    source = system(named)
    name = guarded.name if guarded else ("stdin" if log == STDIN else component_of(log))
    with _opened(log) as file:
        if explain:
            _explain(file, source, options, name)
        else:
            _print(file, source, options, name, dress, log)


def _component(config: Path, name: str) -> ComponentTable:
    known = load(config).component
    found = [component for component in known if component.name == name or (not name and len(known) == 1)]
    if not found:
        names = ", ".join(component.name for component in known)
        raise InputInvalid((Problem("component.unknown", f"no component {name!r}", str(config), f"one of: {names}"),))
    return found[0]


def _options(key_file: Path | None, time_zone: str, latest: datetime | None) -> LogOptions:
    try:
        table = LogOptionsTable.model_validate({"time_zone": time_zone})
    except ValueError as error:
        fix = "name one such as Europe/Paris"
        raise InputInvalid(
            (Problem("time-zone.unknown", f"{time_zone!r} is no time zone", "--time-zone", fix),)
        ) from error
    key = LogOptions().hash_key if key_file is None else hash_key(key_file)
    return table.options(key, latest)


def _opened(log: Path) -> BinaryIO:
    if log == STDIN:
        return sys.stdin.buffer
    return gzip.open(log, "rb") if log.suffix == ".gz" else log.open("rb")  # type: ignore[return-value]


def _print(lines: Iterable[bytes], source: System, options: LogOptions, name: str, dress: Dress, log: Path) -> None:
    parse, unparsed, left_out = source.parser(options), 0, 0
    for line in lines:
        if not line.strip():
            continue
        try:
            event = parse(line, name)
        except ValueError:
            unparsed += 1
            continue
        if event is None:
            continue
        shown = event if dress is Dress.JSON else ocsf(event)
        if shown is None:
            left_out += 1
        else:
            sys.stdout.buffer.write(msgspec.json.encode(shown) + b"\n")
    if unparsed:
        progress(f"{unparsed} lines of {log} did not parse")
    if left_out:
        progress(
            f"{left_out} events are no authentication (requests, errors, inquiries): OCSF 3002 has no place for them"
        )


def _explain(lines: Iterable[bytes], source: System, options: LogOptions, name: str) -> None:
    found = explained(lines, _reading(source, options, name))
    rules, origins = (source.log.times, source.log.origins) if source.log else ("the zone on the line", {})
    for line in told(found, source.kind, rules, origins):
        print(line)
    if not found.events:
        raise typer.Exit(FOUND)


def _reading(source: System, options: LogOptions, name: str) -> Reading:
    """The event of a line and the pattern that fitted it."""
    if source.log is None:
        parse = source.parser(options)

        def plain(line: bytes) -> tuple[SignInEvent, str] | None:
            event = parse(line, name)
            return None if event is None else (event, str(event.kind))

        return plain
    read, event_of = source.log.reads(options), saying.events(options)

    def reading(line: bytes) -> tuple[SignInEvent, str] | None:
        said = read(line)
        return None if said is None else (event_of(said, name), said.pattern)

    return reading
