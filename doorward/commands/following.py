"""3 watch: `doorward watch --follow`: logs and standard input as they are written, until a person stops it.

In: paths, `-` for standard input, a kind or a doorward.toml. Out: detections as they come.
"""

from __future__ import annotations

import contextlib
import heapq
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

from doorward import watch as stage
from doorward.commands import backtesting
from doorward.commands.shared import progress
from doorward.errors import InputInvalid, Problem
from doorward.log_line import LogOptions
from doorward.model.detection import Detection
from doorward.model.sign_in import SignInEvent
from doorward.settings import load
from doorward.systems import system
from doorward.watch.follow import SETTLED_AFTER_S, Parse, Parsed, parsed
from doorward.watch.sources.stdin import Stdin
from doorward.wiring.log_options import log_options

STDIN = Path("-")
EVERY_S = 0.1
_TAKE_BYTES = 4 * 1024 * 1024


class _Piped:
    """Standard input, polled as a log is."""

    def __init__(self, component: str, parse: Parse) -> None:
        self.component = component
        self._parse = parse
        self._stdin = Stdin(sys.stdin.fileno())

    def poll(self) -> tuple[Parsed, bool]:
        """What came, and whether there may be more."""
        lines, more = self._stdin.take(_TAKE_BYTES)
        return parsed(lines, self._parse, self.component), more

    @property
    def is_ended(self) -> bool:
        return self._stdin.is_ended


class _Followed:
    """A log."""

    is_ended = False

    def __init__(self, source: backtesting.Source) -> None:
        self.component = source.component
        self._follower = stage.Follower(source.path, source.component, source.parse, settled_after_s=SETTLED_AFTER_S)

    def poll(self) -> tuple[Parsed, bool]:
        """As _Piped."""
        batch = self._follower.poll()
        return Parsed(batch.events, batch.unparsed, batch.unparsed_samples), batch.more


def followed(
    logs: Sequence[Path], kind: str, config: Path | None, settings: stage.WatchSettings, one_in: int = 1
) -> Iterator[Detection]:
    """Detections as they come; ends when standard input, and nothing else, was followed and ended."""
    streams = _streams(logs, kind, config, one_in)
    watcher = stage.Watcher(settings, tuple(dict.fromkeys(stream.component for stream in streams)))
    told = False
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            polled = [stream.poll() for stream in streams]
            watcher.feed(heapq.merge(*(found.events for found, _ in polled), key=attrgetter("at")))
            yield from watcher.advance(datetime.now(UTC))
            told = told or _said([found for found, _ in polled])
            if not any(more for _, more in polled):
                if all(stream.is_ended for stream in streams):
                    return
                time.sleep(EVERY_S)


def _said(found: Sequence[Parsed]) -> bool:
    """Say once that lines do not parse: a wrong --kind must not look like a quiet night."""
    samples = [sample for one in found for sample in one.samples]
    if samples:
        progress(f"lines do not parse, such as one of {samples[0]}; is --kind right?")
    return bool(samples)


def _streams(logs: Sequence[Path], kind: str, config: Path | None, one_in: int) -> list[_Followed | _Piped]:
    files = [path for path in logs if path != STDIN]
    found = backtesting.sources(files, kind, config, rotated=False, one_in=one_in) if files or not logs else ()
    packed = [one.path for one in found if one.path.suffix == ".gz"]
    if packed:
        problem = Problem(
            "log.packed", "is packed: nothing more is written to it", str(packed[0]), "leave out --follow"
        )
        raise InputInvalid((problem,))
    streams: list[_Followed | _Piped] = [_Followed(one) for one in found]
    if STDIN in logs:
        streams.append(_Piped(*piped(kind, config, one_in)))
    return streams


def piped(kind: str, config: Path | None, one_in: int) -> tuple[str, Parse]:
    """Whose lines standard input has and how they are read, of one person in that many: with `config` those of the
    component whose source it is, or of the only one."""
    if config is not None:
        settings = load(config)
        known = settings.component
        own = [one for one in known if one.source.kind == "stdin"] or (known if len(known) == 1 else [])
        for component in own[:1]:
            source = system(component.log_kind or component.kind)
            return component.name, backtesting.part_of(source, log_options(settings, component), one_in)
    return "stdin", backtesting.part_of(system(kind), LogOptions(), one_in)


def events_of_stdin(parse: Parse, component: str, unparsed: stage.Unparsed) -> Iterator[SignInEvent]:
    """The events of standard input up to its end."""
    for block in iter(lambda: sys.stdin.buffer.readlines(_TAKE_BYTES), []):
        found = parsed((line.rstrip(b"\n") for line in block), parse, component)
        unparsed.lines += found.unparsed
        unparsed.samples = (*unparsed.samples, *found.samples)[:5]
        yield from found.events
