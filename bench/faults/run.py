"""Play one fault: the school open, people in it, Doorward at its post; then read what its incident log concluded.

In: a Fault and a directory. Out: a Row. Doorward is told nothing of the fault: not by a file, a name or a setting.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.faults.fault import Fault
from bench.faults.needs import lacking
from bench.faults.stage import Stage, pause
from doorward.errors import SystemUnreachable
from doorward.incident_log import fold_all
from doorward.model.diagnosis import CANNOT_TELL, NOTHING_WRONG, Differential
from doorward.model.entry import Declared, Diagnosed, Entry
from doorward.review.drills.entries import proved_good, read_entries
from doorward.review.drills.site import wait_until

QUIET_S = 12.0
BEFORE_S = 6.0
DETECT_S = 90.0
VERDICT_S = 30.0
NOTHING_S = 40.0
_POLL_S = 0.3


@dataclass(frozen=True, slots=True)
class Row:
    """How one run went. Seconds: `detected_s` after the injection, `verdict_s` after the detection."""

    fault: str
    group: str
    causes: tuple[str, ...]
    decoy: str
    what: str
    detected_s: float | None
    conclusion: str | None
    verdict_s: float | None
    first_two: tuple[str, ...]
    early: bool
    trouble: str
    differential: Differential | None
    titles: tuple[str, ...]
    load_average: float = 0.0
    """The host's own, over the minute of the run."""


@dataclass(frozen=True, slots=True)
class _Times:
    quiet_until: datetime
    injected_at: datetime


def run(fault: Fault, directory: Path, template: Path) -> Row:
    """Play it; whatever keeps the run from being a run is told in `trouble`."""
    lacks = lacking(fault.layout)
    if lacks:
        return not_played(fault, lacks)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    stage = Stage(directory.resolve(), fault.layout, template)
    try:
        with contextlib.closing(stage):
            times = _until_injected(stage, fault)
            _await_verdict(stage, fault)
            return _row(fault, read_entries(stage.database), times, "")
    except SystemUnreachable as error:
        return not_played(fault, error.problem.what)


def not_played(fault: Fault, why: str) -> Row:
    """The row of a run that came to nothing; it is told, and not counted."""
    now = datetime.now(UTC)
    return _row(fault, (), _Times(now, now), why)


def _until_injected(stage: Stage, fault: Fault) -> _Times:
    stage.open()
    stage.let_people_in(QUIET_S + BEFORE_S + DETECT_S + VERDICT_S + 60)
    if fault.layout.library:
        stage.open_library()
    stage.post_doorward()
    components = 1 if fault.layout.is_external else 2
    pause(QUIET_S)
    wait_until(lambda: proved_good(stage.database) >= components, 30, "the configurations are not proved good")
    quiet_until = datetime.now(UTC)
    if fault.before is not None:
        fault.before(stage)
        pause(BEFORE_S)
    injected_at = datetime.now(UTC)
    fault.inject(stage)
    return _Times(quiet_until, injected_at)


def _await_verdict(stage: Stage, fault: Fault) -> None:
    """Until something is concluded, or the time for it is over."""
    until = time.monotonic() + (DETECT_S if fault.causes else NOTHING_S)
    told = False
    while time.monotonic() < until:
        entries = read_entries(stage.database)
        if not told and any(isinstance(entry.body, Declared) for entry in entries):
            told, until = True, time.monotonic() + VERDICT_S
        if any(concludes(entry) for entry in entries):
            return
        pause(_POLL_S)


def concludes(entry: Entry) -> bool:
    """Whether the entry states a cause."""
    body = entry.body
    return isinstance(body, Diagnosed) and body.differential.conclusion not in (CANNOT_TELL, NOTHING_WRONG)


def _row(fault: Fault, entries: tuple[Entry, ...], times: _Times, trouble: str) -> Row:
    """The first conclusion counts: it is the one that people and the recovery act on."""
    declared = next((entry for entry in entries if isinstance(entry.body, Declared)), None)
    diagnosed = [entry for entry in entries if isinstance(entry.body, Diagnosed)]
    said = next((entry for entry in diagnosed if concludes(entry)), diagnosed[-1] if diagnosed else None)
    body = said.body if said else None
    made = body.differential if isinstance(body, Diagnosed) else None
    return Row(
        fault=fault.name,
        group=fault.group,
        causes=fault.causes,
        decoy=fault.decoy,
        what=fault.what,
        detected_s=(declared.at - times.injected_at).total_seconds() if declared else None,
        conclusion=made.conclusion if made else None,
        verdict_s=(said.at - declared.at).total_seconds() if said and declared and concludes(said) else None,
        first_two=tuple(hypothesis.cause for hypothesis in made.hypotheses[:2]) if made else (),
        early=bool(declared and declared.at < times.quiet_until),
        trouble=trouble,
        differential=made,
        titles=tuple(one.title for one in fold_all(entries)),
        load_average=round(os.getloadavg()[0], 1),
    )
