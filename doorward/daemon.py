"""`doorward run`: every stage, all day. The only place that owns concurrency.

Each loop is supervised: an unforeseen failure is recorded in the health state and the loop goes on. Loops share one
Pipeline; the ledger orders what they write. A kill at any moment is followed by a start that reads where things stood.
One Doorward runs on a state directory: two would repair the same thing twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from doorward.errors import DoorwardError, InputInvalid, Problem, StoreUnavailable
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.pipeline import Pipeline, now
from doorward.probe.manners import pause_s
from doorward.respond import chain
from doorward.settings import Settings
from doorward.settings_tables import ProbeTable
from doorward.store import watching
from doorward.store.connection import release
from doorward.web import metrics, server, setup_link
from doorward.wiring.inlets import inlets
from doorward.wiring.probing import Prober

WATCH_EVERY_S = 0.5
ACT_EVERY_S = 0.5
DELIVER_EVERY_S = 1.0
VERSIONS_EVERY_S = 1.0
# A part that has not reported for so long is not well, whatever it said last.
HEALTH_EVERY_S = 5.0
# What other vantage points found is a query of the store; they knock every 20 s or so.
HEAR_EVERY_S = 2.0
# A locked database keeps whoever asks it waiting for seconds: health is not worth that more often than this.
STORE_PAUSE_S = 10.0


@dataclass(slots=True)
class Loop:
    """One supervised loop: `step` again and again, `every_s` apart, more or less by the share `jitter`; what it returns
    is amber, empty is green."""

    name: str
    every_s: float
    step: Callable[[], str]
    jitter: float = 0.0


class Supervised:
    """Loops in threads of their own, until `stop` is set; what goes wrong in one turns its health and nothing else."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stop = threading.Event()
        self._reported: dict[str, tuple[str, str, float]] = {}
        self._store_failed_at = float("-inf")

    def probe_loops(self, knock: Callable[[ProbeTable], ProbeResult | None], prober: Prober) -> tuple[Loop, ...]:
        """A loop a probe; one that was asked to wait says so."""
        place = self.settings.vantage.name

        def stepping(probe: ProbeTable) -> Callable[[], str]:
            def step() -> str:
                result = knock(probe)
                if result is not None and result.outcome is not ProbeOutcome.PASSED:
                    say(f"probe {probe.name}: {result.outcome}, {result.reason}")
                return prober.waits(probe)

            return step

        return tuple(
            Loop(f"probe {probe.name} from {place}" if place else f"probe {probe.name}", probe.every_s, stepping(probe),
                 probe.jitter)
            for probe in self.settings.probe
        )  # fmt: skip

    def begin(self, loops: Sequence[Loop]) -> list[threading.Thread]:
        """Start a thread for each loop."""
        threads = [threading.Thread(target=self._supervise, args=(loop,), name=loop.name) for loop in loops]
        for thread in threads:
            thread.start()
        return threads

    def end(self, threads: Sequence[threading.Thread]) -> None:
        """Wait until told to stop, and for every loop to finish its step."""
        while not self.stop.wait(0.5):
            pass
        for thread in threads:
            thread.join(timeout=30)

    def _supervise(self, loop: Loop) -> None:
        """Repeat the step; what goes wrong turns the part's health, and never ends the loop."""
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                amber = loop.step()
                self._report(loop.name, "amber" if amber else "green", amber)
            except DoorwardError as error:
                self._report(loop.name, "red", _said(error))
            except Exception as error:  # noqa: BLE001 - the one broad except of a supervised loop
                self._report(loop.name, "red", f"our fault: {_place(error)}")
            pause = pause_s(loop.every_s, loop.jitter, random.random()) if loop.jitter else loop.every_s
            self.stop.wait(max(0.05, pause - (time.monotonic() - began)))
        release()

    def _report(self, part: str, state: str, detail: str) -> None:
        """Write the part's health when it changes, and now and then; a store that does not answer must not stop us."""
        before = self._reported.get(part)
        if before and before[0] == state and time.monotonic() - before[2] < HEALTH_EVERY_S:
            return
        if (before or ("green", ""))[:2] != (state, detail):
            say(f"health of {part} is {state}{': ' if detail else ''}{detail}")
        self._reported[part] = (state, detail, time.monotonic())
        if time.monotonic() - self._store_failed_at < STORE_PAUSE_S:
            watching.hold_health(part, state, detail, now())
            return
        try:
            watching.set_health(part, state, detail, now())
            self._store_failed_at = float("-inf")
        except StoreUnavailable as error:
            self._store_failed_at = time.monotonic()
            watching.hold_health(part, state, detail, now())
            say(f"health of {part} cannot be stored: {error.problem.what}")


class Daemon(Supervised):
    """Every stage, all day."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        _ready(settings).unlink(missing_ok=True)
        self._listening = server.listen(settings)
        self.pipeline = Pipeline(settings, self._listening.address)
        metrics.figures_from(self.pipeline.figures)
        self._inlets = inlets(settings, self.pipeline.logs.spools)

    def loops(self) -> tuple[Loop, ...]:
        """Every loop, in the order of the story."""
        return (
            Loop("check", VERSIONS_EVERY_S, self._take_versions),
            *self.probe_loops(self.pipeline.probe, self.pipeline.prober),
            Loop("vantage points", HEAR_EVERY_S, self._hear_others),
            *(Loop(f"source {inlet.name}", inlet.every_s, inlet.step) for inlet in self._inlets),
            Loop("watch", WATCH_EVERY_S, self._watch),
            Loop("act", ACT_EVERY_S, self._act),
            Loop("respond", DELIVER_EVERY_S, self._respond),
        )

    def _take_versions(self) -> str:
        for reviewed in self.pipeline.take_versions():
            change, worst = reviewed.change, [finding.severity for finding in reviewed.findings]
            say(
                f"{change.component}: configuration {change.before} -> {change.after}; check says: "
                f"{', '.join(worst) or reviewed.unread or 'nothing'}"
            )
        pinned = self.pipeline.versions.pinned()
        return f"a version that was pinned as bad is in force again: {', '.join(pinned)}" if pinned else ""

    def _hear_others(self) -> str:
        self.pipeline.hear_others()
        return ""

    def _watch(self) -> str:
        self.pipeline.watch()
        return self.pipeline.logs.trouble(now())

    def _act(self) -> str:
        """Act also while the store is away: what is known is enough to diagnose, and what is approved to repair."""
        try:
            self.pipeline.refresh()
        except StoreUnavailable:
            self.pipeline.act()
            raise
        self.pipeline.act()
        return ""

    def _respond(self) -> str:
        self.pipeline.escalate()
        done = self.pipeline.deliver()
        failed = [attempt for attempt in done.attempts if attempt.error]
        if done.store_error:
            raise StoreUnavailable(done.store_error)
        if failed:
            raise DoorwardError(f"{len(failed)} pages wait: {failed[0].error}", code="delivery")
        return ""

    def _lint_chain(self) -> None:
        """Say what would keep a page from a person, before the night it matters."""
        for problem in chain.lint(self.pipeline.chain, self.pipeline.channels):
            say(f"escalation: {problem.what} ({problem.fix})")

    def run(self) -> None:
        """Run every loop until told to stop; each in a thread of its own."""
        self._lint_chain()
        self.pipeline.warm()
        dashboard = threading.Thread(target=self._serve, name="dashboard")
        dashboard.start()
        threads = [*self.begin(self.loops()), dashboard]
        _ready(self.settings).write_text(f"{os.getpid()}\n")
        say(f"guarding {self.settings.service.name}; dashboard at {self.pipeline.dashboard_url}")
        self.end(threads)
        _ready(self.settings).unlink(missing_ok=True)

    def _serve(self) -> None:
        try:
            server.serve(self.settings, self.stop, self._listening)
        except (OSError, DoorwardError) as error:
            self._report("dashboard", "red", f"does not run: {type(error).__name__}: {error}")


def _ready(settings: Settings) -> Path:
    """The file that says that the daemon runs, and with which process id."""
    return settings.state / "ready"


def _said(error: DoorwardError) -> str:
    """All problems of the error, in one line."""
    problems = error.problems if isinstance(error, InputInvalid) else (error.problem,)
    return "; ".join(" ".join(str(problem).split()) for problem in problems)


def _place(error: Exception) -> str:
    """Which error and where in the code; its text may hold what must not be shown."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"


@contextlib.contextmanager
def _alone(settings: Settings, post: str = "run") -> Iterator[None]:
    """Hold the state directory; the lock goes with the process, however it ends. Raises InputInvalid if it is held."""
    settings.state.mkdir(parents=True, exist_ok=True)
    with (settings.state / f"{post}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            what = "another `doorward run` works in this state directory"
            where = f"{settings.path} doorward.state"
            raise InputInvalid(
                (Problem("run.twice", what, where, "stop it, or give this one a state of its own"),)
            ) from error
        yield


def say(text: str) -> None:
    """One line of progress on stderr."""
    print(f"{now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def run(settings: Settings) -> None:
    """Print the first-run link and run until SIGTERM or SIGINT; the store must be open."""
    with _alone(settings):
        _run(Daemon(settings))


def run_probes(settings: Settings) -> None:
    """The probes alone, from another vantage point into the same store, until SIGTERM or SIGINT. Raises InputInvalid
    where the place has no name: its results would pass for those of the first."""
    place = settings.vantage.name
    if not place:
        where = f"{settings.path} vantage.name"
        raise InputInvalid((Problem("run.vantage", "is empty", where, "name the place that these probes look from"),))
    with _alone(settings, f"probes-{place}"):
        watch, prober = Supervised(settings), Prober(settings)

        def knock(probe: ProbeTable) -> ProbeResult | None:
            result = prober.knock(probe, now())
            if result is not None:
                watching.add_probe(result)
            return result

        _stop_by_signal(watch)
        say(f"probing {settings.service.name} from {place}")
        watch.end(watch.begin(watch.probe_loops(knock, prober)))


def _run(daemon: Daemon) -> None:
    link = setup_link.first_run_link(daemon.pipeline.dashboard_url)
    if link:
        say(f"first run: make your account at {link}")
    _stop_by_signal(daemon)
    daemon.run()


def _stop_by_signal(supervised: Supervised) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: supervised.stop.set())
