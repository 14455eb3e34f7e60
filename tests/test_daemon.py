"""The daemon's loops: supervised, told in the health, alone in their directory, ended by request."""

from __future__ import annotations

import fcntl
import signal
from pathlib import Path
from typing import Any

import django
import pytest

from doorward.errors import InputInvalid, Problem, SystemUnreachable
from doorward.settings import load
from tests.whole.guarded import site, until

django.setup()

SETTINGS = """\
[doorward]
state = "state"
[dashboard]
port = 0
[service]
name = "Small portal"
[[component]]
name = "auth"
role = "provider"
kind = "school"
"""


@pytest.fixture
def daemon(store: Path, tmp_path: Path) -> Any:
    """A daemon that does not run."""
    from doorward.daemon import Daemon

    (tmp_path / "doorward.toml").write_text(SETTINGS)
    made = Daemon(load(tmp_path / "doorward.toml"))
    yield made
    made._listening.socket.close()


def supervised(daemon: Any, *steps: object) -> tuple[str, str]:
    """Run a loop whose steps return or raise these, one after the other; its health then."""
    from doorward.daemon import Loop
    from doorward.store import watching

    left = list(steps)

    def step() -> str:
        one = left.pop(0)
        if not left:
            daemon.stop.set()
        if isinstance(one, Exception):
            raise one
        return str(one)

    daemon._supervise(Loop("part", 0.0, step))
    assert not left
    return next((state, detail) for part, state, detail, _ in watching.health() if part == "part")


def test_a_loop_goes_on_after_any_error_and_is_well_again(daemon: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorward.daemon.HEALTH_EVERY_S", 0.0)
    assert supervised(daemon, SystemUnreachable("gone"), ValueError("odd"), "") == ("green", "")


def test_what_a_step_returns_is_amber(daemon: Any) -> None:
    assert supervised(daemon, "3 lines did not parse") == ("amber", "3 lines did not parse")


def test_all_problems_of_an_input_are_told(daemon: Any) -> None:
    error = InputInvalid((Problem("a", "is missing", "one.toml", "add it"), Problem("b", "is odd", "two.toml")))
    assert supervised(daemon, error) == ("red", "one.toml: is missing [a] add it; two.toml: is odd [b]")


def test_the_text_of_an_error_that_nobody_foresaw_is_not_shown(daemon: Any, capsys: pytest.CaptureFixture[str]) -> None:
    state, detail = supervised(daemon, RuntimeError("hunter2"))
    assert state == "red"
    assert detail.startswith("our fault: RuntimeError in test_daemon.py:")
    assert "hunter2" not in detail + capsys.readouterr().err


def test_trouble_that_lasts_is_said_once_and_not_every_half_second(
    daemon: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    supervised(daemon, *[SystemUnreachable("gone")] * 4)
    assert capsys.readouterr().err.count("health of part is red") == 1


def test_health_that_cannot_be_stored_is_known_to_this_process(
    daemon: Any, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.db import connection

    from doorward.store import watching

    with connection.cursor() as cursor:
        cursor.execute("CREATE TRIGGER full BEFORE INSERT ON store_healthrow BEGIN SELECT RAISE(FAIL, 'full'); END")
    assert supervised(daemon, SystemUnreachable("gone"))[0] == "red"
    assert "health of part cannot be stored" in capsys.readouterr().err
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER full")
    watching.set_health("part", "green", "", watching.health()[0][3])
    assert watching.health()[0][1] == "green"


def test_the_loops_stand_in_the_order_of_the_story(daemon: Any) -> None:
    assert [loop.name for loop in daemon.loops()] == ["check", "vantage points", "watch", "act", "respond"]


def test_a_second_daemon_on_the_same_state_is_refused(store: Path, tmp_path: Path) -> None:
    from doorward.daemon import run

    (tmp_path / "doorward.toml").write_text(SETTINGS)
    with (store / "run.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(InputInvalid, match=r"run\.twice|problem") as refused:
            run(load(tmp_path / "doorward.toml"))
    assert "another `doorward run`" in str(refused.value)


@pytest.mark.xdist_group("whole")
@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_by_request_with_nought_and_says_no_longer_that_it_is_ready(
    name: signal.Signals, tmp_path: Path
) -> None:
    with site(tmp_path) as made:
        made.guard()
        assert made.daemon is not None
        until(lambda: "watch" in made.health()["parts"], 20, "the loops run")
        made.daemon.send_signal(name)
        assert made.daemon.wait(30) == 0
        assert not (tmp_path / "state/ready").exists()


def test_the_figures_of_its_watch_stand_in_the_metrics(daemon: Any) -> None:
    from doorward.web import metrics

    assert [metric.name for metric, _, _ in metrics.watch_samples()] == [
        "doorward_parts_forgotten_total",
        "doorward_logs_behind",
    ]
    metrics.figures_from(None)
    assert not list(metrics.watch_samples())
