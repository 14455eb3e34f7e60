"""`doorward run`: every stage, all day. The only place that owns concurrency.

Each loop is supervised: an unforeseen failure is recorded in the health state and the loop goes on. Loops share one
Pipeline; the ledger orders what they write. A kill at any moment is followed by a start that reads where things stood.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from doorward.errors import DoorwardError, StoreUnavailable
from doorward.pipeline import Pipeline, now
from doorward.settings import Settings
from doorward.settings_tables import ProbeTable
from doorward.store import watching
from doorward.store.connection import release
from doorward.web import server, setup_link

WATCH_EVERY_S = 0.5
ACT_EVERY_S = 0.5
DELIVER_EVERY_S = 1.0
VERSIONS_EVERY_S = 1.0
# A part that has not reported for so long is not well, whatever it said last.
HEALTH_EVERY_S = 5.0


@dataclass(slots=True)
class Loop:
    """One supervised loop: `step` again and again, `every_s` apart."""

    name: str
    every_s: float
    step: Callable[[], None]


class Daemon:
    """Runs until `stop` is set."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stop = threading.Event()
        self._listening = server.listen(settings)
        self.pipeline = Pipeline(settings, self._listening.address)
        self._health: dict[str, tuple[str, str]] = {}
        self._reported: dict[str, tuple[str, str, float]] = {}

    def loops(self) -> tuple[Loop, ...]:
        """Every loop, in the order of the story."""
        pipeline = self.pipeline
        return (
            Loop("check", VERSIONS_EVERY_S, self._take_versions),
            *(Loop(f"probe {probe.name}", probe.every_s, self._prober(probe)) for probe in self.settings.probe),
            Loop("watch", WATCH_EVERY_S, pipeline.watch),
            Loop("act", ACT_EVERY_S, self._act),
            Loop("respond", DELIVER_EVERY_S, self._respond),
        )

    def _take_versions(self) -> None:
        for reviewed in self.pipeline.take_versions():
            change, worst = reviewed.change, [finding.severity for finding in reviewed.findings]
            say(
                f"{change.component}: configuration {change.before} -> {change.after}; check says: "
                f"{', '.join(worst) or reviewed.unread or 'nothing'}"
            )

    def _prober(self, probe: ProbeTable) -> Callable[[], None]:
        def step() -> None:
            result = self.pipeline.probe(probe)
            if result.reason != "ok":
                say(f"probe {probe.name}: {result.outcome}, {result.reason}")

        return step

    def _act(self) -> None:
        self.pipeline.refresh()
        self.pipeline.act()

    def _respond(self) -> None:
        self.pipeline.escalate()
        self._deliver()

    def _deliver(self) -> None:
        done = self.pipeline.deliver()
        failed = [attempt for attempt in done.attempts if attempt.error]
        if done.store_error:
            raise StoreUnavailable(done.store_error)
        if failed:
            raise DoorwardError(f"{len(failed)} pages wait: {failed[0].error}", code="delivery")

    def run(self) -> None:
        """Run every loop until told to stop; each in a thread of its own."""
        self.pipeline.warm()
        threads = [threading.Thread(target=self._supervise, args=(loop,), name=loop.name) for loop in self.loops()]
        threads.append(threading.Thread(target=self._serve, name="dashboard"))
        for thread in threads:
            thread.start()
        (self.settings.state / "ready").write_text(f"{os.getpid()}\n")
        say(f"guarding {self.settings.service.name}; dashboard at {self.pipeline.dashboard_url}")
        while not self.stop.wait(0.5):
            pass
        for thread in threads:
            thread.join(timeout=30)
        (self.settings.state / "ready").unlink(missing_ok=True)

    def _serve(self) -> None:
        try:
            server.serve(self.settings, self.stop, self._listening)
        except (OSError, DoorwardError) as error:
            self._report("dashboard", "red", f"{type(error).__name__}: {error}")
            say(f"the dashboard does not run: {error}")

    def _supervise(self, loop: Loop) -> None:
        """Repeat the step; what goes wrong turns the part's health, and never ends the loop."""
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                loop.step()
                self._report(loop.name, "green", "")
            except DoorwardError as error:
                self._report(loop.name, "red", str(error.problem))
            except Exception as error:  # noqa: BLE001 - the one broad except of a supervised loop
                self._report(loop.name, "red", f"our fault: {type(error).__name__}")
                say(f"{loop.name}: {type(error).__name__}: {error}")
            self.stop.wait(max(0.05, loop.every_s - (time.monotonic() - began)))
        release()

    def _report(self, part: str, state: str, detail: str) -> None:
        """Write the part's health when it changes, and now and then; a store that does not answer must not stop us."""
        before = self._reported.get(part)
        if before and before[:2] == (state, detail) and time.monotonic() - before[2] < HEALTH_EVERY_S:
            return
        if state != "green" and (before is None or before[1] != detail):
            say(f"health of {part} is {state}: {detail}")
        try:
            watching.set_health(part, state, detail, now())
        except StoreUnavailable as error:
            say(f"health of {part} cannot be stored: {error.problem.what}")
        self._reported[part] = (state, detail, time.monotonic())


def say(text: str) -> None:
    """One line of progress on stderr."""
    print(f"{now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def run(settings: Settings) -> None:
    """Print the first-run link and run until SIGTERM or SIGINT; the store must be open."""
    daemon = Daemon(settings)
    link = setup_link.first_run_link(daemon.pipeline.dashboard_url)
    if link:
        say(f"first run: make your account at {link}")
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: daemon.stop.set())
    daemon.run()
