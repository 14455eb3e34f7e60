"""3 watch: `doorward watch --learn` and `--usual`: what is usual, from history that people vouch for."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from doorward import watch as stage
from doorward.commands import backtesting
from doorward.commands.shared import progress
from doorward.errors import InputInvalid, Problem
from doorward.model.detection import Signal, UsualRate
from doorward.settings import Settings, load
from doorward.wiring.usual_file import UsualFile

_SHARES = frozenset(Signal) - {Signal.SIGN_IN_VOLUME, Signal.SUPPORT_INQUIRIES}


def learn(logs: Sequence[Path], kind: str, config: Path) -> None:
    """Learn what is usual from these logs and keep it for `doorward run`. Raises InputInvalid while that runs."""
    settings = load(config)
    found = backtesting.sources(logs, kind, config)
    unparsed = stage.Unparsed()
    with _alone(settings):
        watcher = _watcher(settings)
        began = time.monotonic()
        watcher.warm_start(backtesting.events(found, unparsed))
        kept = UsualFile(settings.state).write(watcher, datetime.now(UTC))
    if unparsed.lines:
        progress(f"{unparsed.lines} lines did not parse, such as one of {unparsed.samples[0]}")
    progress(f"{len(found)} files read in {time.monotonic() - began:.0f} s; {kept} segments learned from them")
    _tell(watcher)


def show(config: Path) -> None:
    """Print what is kept as usual."""
    settings = load(config)
    watcher = _watcher(settings)
    if not UsualFile(settings.state).take_up(watcher):
        progress("nothing is kept yet: `doorward watch --learn` learns from past logs, `doorward run` as it watches")
    _tell(watcher)


def _watcher(settings: Settings) -> stage.Watcher:
    names = (table.name for table in settings.component if table.log is not None or table.source.kind != "file")
    return stage.Watcher(stage.of_table(settings.watch), tuple(names))


def _tell(watcher: stage.Watcher) -> None:
    for usual in watcher.usual():
        segment = ", ".join(f"{name}={value}" for name, value in usual.segment)
        print(f"{usual.signal} {segment}: {_words(usual)} ({'learned' if usual.learned else 'prior'})")


def _words(usual: UsualRate) -> str:
    if usual.expected is None:
        return "nothing is known yet"
    if usual.signal in _SHARES:
        return f"at most {usual.expected:.2%}"
    bound = "at least" if usual.signal is Signal.SIGN_IN_VOLUME else "at most"
    return f"{bound} {usual.expected:.2g} a minute"


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the state directory: a `doorward run` would write over what is learned here."""
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.state / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            what = "`doorward run` works in this state directory and would write over what is learned"
            where = f"{settings.path} doorward.state"
            raise InputInvalid((Problem("learn.running", what, where, "stop it, learn, start it again"),)) from error
        yield
