"""Run a drill: school, people, Doorward, the fault past the check, and the score when it is over.

In: a Scenario and a directory. Out: a Result, and in the directory: the score, the postmortem, the people's record, and
what every process said. Everything that was started is ended, also when the drill fails.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from doorward.errors import SystemUnreachable
from doorward.incident_log import fold_all
from doorward.model.drill import DrillScore
from doorward.model.entry import Entry
from doorward.model.incident import Incident, IncidentState
from doorward.review.drills import fault
from doorward.review.drills.entries import proved_good, read_entries
from doorward.review.drills.scenario import Scenario
from doorward.review.drills.score import Harm, Limit, harm, limits, read_truth, score
from doorward.review.drills.site import Stage, wait_until
from doorward.review.sentences import sentence

Say = Callable[[str], None]
OUTCOME = "outcome.json"


@dataclass(frozen=True, slots=True)
class Result:
    """How a drill went: the contract's score, the limits it had to reach, who was hurt, what the check said."""

    score: DrillScore
    limits: tuple[Limit, ...]
    harm: Harm
    found_cause_after_s: float | None
    check_said: str


def run(scenario: Scenario, directory: Path, say: Say) -> Result:
    """Run it in an empty directory; about a minute and a half. Raises SystemUnreachable if something does not start."""
    shutil.rmtree(directory, ignore_errors=True)
    stage = Stage(directory.resolve())
    with contextlib.closing(stage):
        _open(stage, scenario, say)
        changed_at, check_said = _break(stage, scenario, say)
        incident = _watch(stage, scenario, changed_at, say)
        _end_people(stage, say)
        incident = _resolve(stage, incident)
    return _score(stage, scenario, incident, changed_at, check_said, say)


def _open(stage: Stage, scenario: Scenario, say: Say) -> None:
    say("setting up a school of 200 people")
    stage.build()
    stage.open_school()
    stage.post_doorward()
    times = scenario.times
    people = stage.let_people_in(scenario, times.quiet_s + times.watch_s + 60)
    say(f"the school is open, Doorward is at its post, {scenario.traffic.sign_ins_per_min:g} people sign in a minute")
    began = time.monotonic()
    wait_until(lambda: proved_good(stage.database) == 2, 60, "the configurations are not proved good by probes")
    time.sleep(max(0.0, times.quiet_s - (time.monotonic() - began)))
    if people.poll() is not None:
        raise SystemUnreachable("the people left early", where=str(stage.directory / "traffic.out"))


def _break(stage: Stage, scenario: Scenario, say: Say) -> tuple[datetime, str]:
    """Say what the check would have said of the change, then write it all the same."""
    change = scenario.change
    path = stage.school / f"{change.component}.toml"
    candidate = path.with_name(f"{change.component}.candidate.toml")  # beside it: its secrets are named relatively
    fault.write(candidate, fault.changed(path, change.key, change.value))
    command = [sys.executable, "-m", "doorward", "check", f"school:{candidate}", "--against", f"school:{path}"]
    said = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    say(f"`doorward check` says of the change (exit {said.returncode}):\n{_indented(said.stdout or said.stderr)}")
    changed_at = datetime.now(UTC)
    fault.write(path, candidate.read_text(encoding="utf-8"))
    stage.reload(change.component)
    say(f"written past the check: {change.key} = {change.value!r} ({change.reason})")
    return changed_at, said.stdout


def _watch(stage: Stage, scenario: Scenario, changed_at: datetime, say: Say) -> Incident | None:
    """Tell what Doorward writes, until the incident has recovered (or, where nothing may happen, for a while)."""
    told = 0
    began = time.monotonic()
    limit_s = scenario.times.watch_s if scenario.expect.declared else min(scenario.times.watch_s, 40)
    ended_at: float | None = None
    incident = None
    while time.monotonic() - began < limit_s:
        entries = _entries(stage)
        for entry in entries[told:]:
            say(f"  +{(entry.at - changed_at).total_seconds():5.1f} s  {sentence(entry)}")
        told = len(entries)
        incident = _last(entries)
        if incident is not None and incident.state is IncidentState.RECOVERED:
            ended_at = ended_at or time.monotonic()
            if time.monotonic() - ended_at >= scenario.times.after_s:
                break
        time.sleep(0.5)
    return incident


def _end_people(stage: Stage, say: Say) -> None:
    say("the people go home; each one's session is tried once more")
    stage.end_people()


def _resolve(stage: Stage, incident: Incident | None) -> Incident | None:
    """Close a recovered incident, as its operator would, and read it to its end."""
    if incident is not None and incident.state is IncidentState.RECOVERED:
        command = [sys.executable, "-m", "doorward", "incident", "resolve", incident.id]
        command += ["--reason", "end of the drill", "--config", str(stage.config)]
        subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    return _last(_entries(stage))


def _score(
    stage: Stage, scenario: Scenario, incident: Incident | None, changed_at: datetime, check_said: str, say: Say
) -> Result:
    with stage.truth.open("rb") as file:
        truth = read_truth(file)
    postmortem = _postmortem(stage, incident) if incident else None
    made = score(scenario, incident, truth, changed_at, str(postmortem) if postmortem else None)
    declared = len(fold_all(_entries(stage)))
    diagnosed = incident.diagnosed_at if incident else None
    cause_after = (diagnosed - incident.declared_at).total_seconds() if incident and diagnosed else None
    result = Result(
        made,
        limits(scenario, made, declared),
        harm(truth, changed_at, incident.recovered_at if incident else None),
        cause_after,
        check_said,
    )
    (stage.directory / OUTCOME).write_bytes(msgspec.json.encode(result))
    for limit in result.limits:
        say(f"  {'met    ' if limit.holds else 'NOT MET'}  {limit.name}: {limit.seen}")
    return result


def read_outcome(directory: Path) -> Result | None:
    """The outcome of the last run in that directory, None if it came to none."""
    path = directory / OUTCOME
    return msgspec.json.decode(path.read_bytes(), type=Result) if path.exists() else None


def _postmortem(stage: Stage, incident: Incident) -> Path:
    """Write the postmortem in Markdown and HTML beside the outcome; gives the Markdown's path."""
    for form in ("html", "md"):
        command = [sys.executable, "-m", "doorward", "review", incident.id, "--format", form]
        command += ["--config", str(stage.config)]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
        if done.returncode:
            raise SystemUnreachable(f"doorward review failed: {done.stderr.decode(errors='replace')[-400:]}")
        (stage.directory / f"postmortem.{form}").write_bytes(done.stdout)
    return stage.directory / "postmortem.md"


def _entries(stage: Stage) -> tuple[Entry, ...]:
    return read_entries(stage.database)


def _last(entries: tuple[Entry, ...]) -> Incident | None:
    found = fold_all(entries)
    return found[-1] if found else None


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines())


def text(result: Result) -> str:
    """The score as people read it."""
    made = result.score
    rows: Iterator[tuple[str, object]] = iter(
        [
            ("detected after the first person was hurt", _s(made.detected_after_s)),
            ("cause", f"{made.cause} ({'right' if made.cause_correct else 'wrong'})"),
            ("ruled out", ", ".join(made.ruled_out) or "nothing"),
            ("first page delivered after detection", _s(made.paged_after_s)),
            ("restored after detection", _s(made.restored_after_s)),
            ("sessions cleared / of them wrongly", f"{made.sessions_cleared} / {made.sessions_wrongly_cleared}"),
            ("people hurt", f"{result.harm.people_hurt} of {result.harm.people_seen}"),
            ("postmortem", made.postmortem or "none"),
        ]
    )
    return "\n".join([made.drill, *(f"  {name:42} {value}" for name, value in rows)])


def _s(seconds: float | None) -> str:
    return "did not happen" if seconds is None else f"{seconds:.1f} s"
