"""Repair on real files, processes, sessions: nothing is put back blindly, and no session is ended that works."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.errors import ActionRefused, CapabilityMissing, SystemUnreachable
from doorward.model.action import Action, ActionKind
from doorward.model.config_version import Standing
from doorward.model.entry import Diagnosed, SessionsCleared
from doorward.model.incident import Incident
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Reason, SignInEvent
from doorward.store import versions as kept
from doorward.wiring import repair as waits
from tests.recover.cases import BAD, CHANGE, differential
from tests.wiring.bench import Bench, probe
from tests.wiring.cases import NO_PYTHON, at, auth_toml, diagnosed, event, incident_of, settings_of

NETWORK = Reason.NETWORK_CHANGED
SESSIONS: dict[str, object] = {
    "settings": "tiny_settings",
    "session_hash_key_file": "key",
    "log": "auth.jsonl",
    "python": sys.executable,
}
CLEAR = Action(3, ActionKind.CLEAR_SESSIONS, "auth", BAD, "end them")


def back_to(digest: str) -> Action:
    return Action(1, ActionKind.ROLL_BACK, "auth", digest, "put it back")


def restart(digest: str = "dddddddddddd") -> Action:
    return Action(2, ActionKind.RESTART, "auth", digest, "reload")


class Rolled:
    """A site whose good version was proved and then replaced by a bad one."""

    def __init__(self, home: Path) -> None:
        self.bench = Bench(settings_of(home))
        self.path = self.bench.settings.directory / "auth.toml"
        self.good = self._take(auth_toml())
        self.bench.versions.prove(at(60), lambda _: None)
        self.bad = self._take(auth_toml(prefix=32))

    def _take(self, text: str) -> str:
        self.path.write_text(text)
        self.bench.versions.take(at(0))
        found = self.bench.versions.current("auth")
        assert found is not None
        return found.digest

    def standing(self, digest: str) -> Standing:
        return next(version.standing for version in kept.all_of("auth") if version.digest == digest)


@pytest.fixture
def rolled(store: Path) -> Rolled:
    return Rolled(store.parent)


def test_the_good_version_comes_back_and_the_bad_one_is_pinned(rolled: Rolled) -> None:
    told = rolled.bench.repair.roll_back(back_to(rolled.good), rolled.bad)
    assert told == f"configuration {rolled.good} is back, {rolled.bad} is pinned"
    assert rolled.path.read_text() == auth_toml()
    assert rolled.standing(rolled.bad) is Standing.PINNED


def test_a_roll_back_that_a_crash_cut_off_is_repeated_without_harm(rolled: Rolled) -> None:
    for _ in range(2):
        rolled.bench.repair.roll_back(back_to(rolled.good), rolled.bad)
    assert rolled.path.read_text() == auth_toml()


@pytest.mark.parametrize("standing", [Standing.UNPROVED, Standing.PINNED])
def test_only_a_version_that_was_proved_good_comes_back(rolled: Rolled, standing: Standing) -> None:
    kept.set_standing("auth", rolled.good, standing, "of a test")
    with pytest.raises(ActionRefused, match="is not proved good"):
        rolled.bench.repair.roll_back(back_to(rolled.good), rolled.bad)
    assert rolled.path.read_text() == auth_toml(prefix=32)


def test_a_version_that_is_not_known_does_not_come_back(rolled: Rolled) -> None:
    with pytest.raises(ActionRefused, match="is not proved good"):
        rolled.bench.repair.roll_back(back_to("dddddddddddd"), rolled.bad)


def test_where_somebody_is_at_work_on_the_file_nothing_is_put_back(rolled: Rolled) -> None:
    rolled.path.write_text(auth_toml(prefix=20))
    with pytest.raises(ActionRefused, match="somebody is at work on it"):
        rolled.bench.repair.roll_back(back_to(rolled.good), rolled.bad)
    assert rolled.path.read_text() == auth_toml(prefix=20)
    assert rolled.standing(rolled.bad) is Standing.UNPROVED


def test_kept_bytes_that_were_changed_are_not_put_back(rolled: Rolled) -> None:
    kept.place(rolled.bench.settings.state, "auth", rolled.good, "auth.toml").write_text("changed")
    with pytest.raises(ActionRefused, match="were changed"):
        rolled.bench.repair.roll_back(back_to(rolled.good), rolled.bad)
    assert rolled.path.read_text() == auth_toml(prefix=32)


WAITS = """
import signal
signal.signal(signal.SIGHUP, lambda *_: print('told', flush=True))
print('ready', flush=True)
while True: signal.pause()
"""


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that says when it is told to read its configuration again."""
    child = subprocess.Popen([sys.executable, "-S", "-c", WAITS], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    yield child
    child.kill()
    child.wait()
    child.stdout.close()


def by_signal(home: Path, settle_s: float = 5) -> dict[str, object]:
    return {"pid_file": str(home / "auth.pid"), "reload": {"signal": "HUP", "settle_s": settle_s}}


def test_a_restart_signals_and_waits_until_the_log_tells_the_version(
    store: Path, process: subprocess.Popen[bytes]
) -> None:
    (store.parent / "auth.pid").write_text(str(process.pid))
    told = iter(["old", "old"])
    bench = Bench(settings_of(store.parent, by_signal(store.parent)), loaded=lambda _: next(told, restart().target))
    said = bench.repair.restart(restart())
    assert said.startswith(f"sent HUP to process {process.pid}; it runs with {restart().target} after ")
    assert process.stdout is not None
    assert process.stdout.readline() == b"told\n"


def test_a_restart_after_which_another_version_runs_has_failed(store: Path) -> None:
    auth = {"reload": {"command": ["true"], "settle_s": 0.2}}
    bench = Bench(settings_of(store.parent, auth), loaded=lambda _: "old")
    with pytest.raises(ActionRefused, match="does not run with dddddddddddd"):
        bench.repair.restart(restart())


def test_where_the_log_tells_no_version_the_settle_time_is_waited(store: Path) -> None:
    bench = Bench(settings_of(store.parent, {"reload": {"command": ["true"], "settle_s": 0.2}}))
    assert bench.repair.restart(restart()) == "ran true; waited 0 s (its log does not tell versions)"


def test_a_restart_of_a_process_that_is_gone_says_so_at_once(store: Path) -> None:
    bench = Bench(settings_of(store.parent, by_signal(store.parent)))
    with pytest.raises(SystemUnreachable):
        bench.repair.restart(restart())


def test_a_restart_command_that_fails_is_refused(store: Path) -> None:
    bench = Bench(settings_of(store.parent, {"reload": {"command": [NO_PYTHON]}}))
    with pytest.raises(ActionRefused, match="exit status 1"):
        bench.repair.restart(restart())


def test_a_component_that_nothing_restarts_is_told_by_name(store: Path) -> None:
    with pytest.raises(CapabilityMissing, match="auth has no way to restart"):
        Bench(settings_of(store.parent)).repair.restart(restart())


def broken(*sessions: str) -> list[SignInEvent]:
    """Each was issued under the fault and refused since."""
    return [
        made
        for n, session in enumerate(sessions)
        for made in (
            event(n, session=session, config=BAD),
            event(n, Kind.SESSION, NETWORK, session=session, config=BAD),
        )
    ]


def stored(bench: Bench) -> int:
    """How many sessions the project's own database holds."""
    with closing(sqlite3.connect(bench.settings.directory / "tiny.sqlite3")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM django_session").fetchone()
    return int(count)


def test_condemned_sessions_are_ended_and_all_others_stay(store: Path, sessions: tuple[str, ...]) -> None:
    bench = Bench(settings_of(store.parent, SESSIONS, recover={"pause_every": 1, "pause_s": 0}))
    bench.add(*broken(*sessions[:2], "gone before"), event(9, session=sessions[2], config=BAD))
    incident = diagnosed()
    assert bench.repair.refused_so_far("auth", incident) == 3
    assert bench.repair.has_more(CLEAR, incident)
    cleared = bench.repair.clear_sessions(CLEAR, incident)
    assert cleared == SessionsCleared("auth", waits.PREDICATE, tuple(sorted(sessions[:2])), 2)
    after = incident_of(Diagnosed(differential(), CHANGE), cleared)
    assert not bench.repair.has_more(CLEAR, after)
    assert stored(bench) == 2


def test_more_sessions_than_the_cap_are_not_ended_not_even_one(store: Path, sessions: tuple[str, ...]) -> None:
    bench = Bench(settings_of(store.parent, SESSIONS, recover={"most_sessions": 1}))
    bench.add(*broken(*sessions[:2]))
    with pytest.raises(ActionRefused, match="2 sessions would be ended"):
        bench.repair.clear_sessions(CLEAR, diagnosed())
    assert stored(bench) == 4


def test_the_cap_counts_what_was_ended_in_the_incident_before(store: Path, sessions: tuple[str, ...]) -> None:
    bench = Bench(settings_of(store.parent, SESSIONS, recover={"most_sessions": 2}))
    bench.add(*broken(sessions[0]))
    before = SessionsCleared("auth", waits.PREDICATE, ("x", "y"), 0)
    with pytest.raises(ActionRefused, match=r"leaves \(0\)"):
        bench.repair.clear_sessions(CLEAR, incident_of(Diagnosed(differential(), CHANGE), before))


def test_sessions_that_cannot_be_listed_are_not_counted_and_not_ended(store: Path) -> None:
    bench = Bench(settings_of(store.parent))
    assert bench.repair.refused_so_far("auth", diagnosed()) is None
    assert bench.repair.judge_sessions("auth", diagnosed()) is None
    with pytest.raises(CapabilityMissing, match="cannot be listed"):
        bench.repair.clear_sessions(CLEAR, diagnosed())


def _without_a_change() -> Incident:
    return incident_of(Diagnosed(differential(), None))


def test_without_a_known_change_no_session_is_condemned(store: Path) -> None:
    bench = Bench(settings_of(store.parent, SESSIONS))
    with pytest.raises(ActionRefused, match="no configuration change is known"):
        bench.repair.clear_sessions(CLEAR, _without_a_change())


def test_only_the_components_own_log_condemns(store: Path) -> None:
    bench = Bench(settings_of(store.parent, SESSIONS))
    bench.add(*(replace(made, component="portal") for made in broken("s1")))
    assert bench.repair.refused_so_far("auth", diagnosed()) == 0


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries nobody waits."""
    monkeypatch.setattr(waits, "VERIFY_WAIT_S", 0.0)


FAILED = probe(ProbeOutcome.FAILED, "sent-back-to-sign-in")


def test_probes_that_pass_verify_at_the_first_try(store: Path, at_once: None) -> None:
    bench = Bench(settings_of(store.parent), answers=[(probe(), probe())])
    verified = bench.repair.verify()
    assert (verified.passed, verified.reason, bench.rounds) == (True, "2 of 2 probes pass", 1)
    assert verified.results == (("sign-in", "passed", "ok"),) * 2


def test_the_last_answer_of_an_old_worker_is_tried_again(store: Path, at_once: None) -> None:
    bench = Bench(settings_of(store.parent), answers=[(probe(), FAILED), (probe(), FAILED), (probe(), probe())])
    assert bench.repair.verify().passed
    assert bench.rounds == 3


@pytest.mark.parametrize("outcome", [ProbeOutcome.FAILED, ProbeOutcome.UNREACHABLE, ProbeOutcome.BLIND])
def test_one_probe_that_does_not_pass_is_enough_to_fail(store: Path, at_once: None, outcome: ProbeOutcome) -> None:
    bench = Bench(settings_of(store.parent), answers=[(probe(), probe(outcome, "http-500"))])
    verified = bench.repair.verify()
    assert (verified.passed, verified.reason) == (False, "sign-in: http-500")
    assert bench.rounds == waits.VERIFY_TRIES


def test_without_probes_nothing_is_verified(store: Path, at_once: None) -> None:
    verified = Bench(settings_of(store.parent), answers=[()]).repair.verify()
    assert (verified.passed, verified.reason) == (False, "there are no probes to verify by")
