"""The pipeline on a real store and real log files, started again and again; no process, no network."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import pytest

from doorward.errors import LogBroken
from doorward.model.entry import Recovered, Resolved
from doorward.settings import Settings, load
from tests.entries import declared

django.setup()

SETTINGS = """\
[doorward]
state = "state"
[service]
name = "Small portal"
directory = "site"
[[component]]
name = "auth"
role = "provider"
kind = "school"
log = "auth.jsonl"
[[channel]]
name = "pages"
kind = "file"
path = "pages.jsonl"
[respond]
level = [{ name = "IT support", channels = ["pages"] }]
"""


class Home:
    """A directory with a log of the school, written at times before now."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "site").mkdir()
        (directory / "doorward.toml").write_text(SETTINGS)
        self.number = 0

    @property
    def settings(self) -> Settings:
        """As doorward.toml gives them."""
        return load(self.directory / "doorward.toml")

    def visits(self, begun: datetime, seconds: int, faulty: bool = False) -> None:
        """Four people a second; where faulty, every second one is refused."""
        lines = []
        for step in range(seconds * 4):
            self.number += 1
            at = (begun + timedelta(seconds=step / 4)).isoformat()
            who = {"person": f"p{self.number}", "session": f"s{self.number}", "source": f"n{self.number}"}
            refused = faulty and self.number % 2
            verdict = {"outcome": "rejected", "reason": "network-changed"} if refused else {"outcome": "accepted"}
            lines.append({"time": at, "event": "sign-in", "outcome": "succeeded", "reason": "ok", **who})
            lines.append({"time": at, "event": "session", "reason": "ok", **verdict, **who})
        with (self.directory / "site/auth.jsonl").open("a") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines))

    def pages(self) -> list[str]:
        """Keys of the pages that arrived."""
        path = self.directory / "pages.jsonl"
        return [json.loads(line)["key"] for line in path.read_text().splitlines()] if path.exists() else []

    def start(self) -> Any:
        """A pipeline as after a start."""
        from doorward.pipeline import Pipeline

        made = Pipeline(self.settings)
        made.warm()
        return made


@pytest.fixture
def home(store: Path, tmp_path: Path) -> Home:
    """A home beside the store."""
    return Home(tmp_path)


def ago(seconds: float) -> datetime:
    """That long before now."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


def kinds() -> Counter[str]:
    """How many lines of each kind the log has."""
    from doorward.store import log

    return Counter(entry.kind for entry in log.entries())


def a_fault_until_now(home: Home) -> None:
    """A quiet minute, then twenty seconds of a fault."""
    home.visits(ago(80), 60)
    home.visits(ago(20), 20, faulty=True)


def test_a_burst_of_refused_sessions_becomes_one_incident_whose_page_arrives(home: Home) -> None:
    a_fault_until_now(home)
    pipeline = home.start()
    for _ in range(3):
        pipeline.watch()
        pipeline.escalate()
    pipeline.deliver()
    assert kinds()["declared"] == 1
    assert kinds()["page-queued"] == 1
    assert len(home.pages()) == 1


def test_a_start_again_repeats_neither_the_incident_nor_its_signs_nor_its_page(home: Home) -> None:
    a_fault_until_now(home)
    before = home.start()
    before.watch()
    before.deliver()
    told = kinds()
    again = home.start()
    again.watch()
    again.escalate()
    again.deliver()
    assert kinds() == told
    assert len(home.pages()) == 1


@pytest.mark.parametrize("end", [Resolved("mended by hand"), Recovered("people can sign in again")])
def test_a_start_after_the_end_of_an_incident_does_not_declare_it_again(home: Home, end: Recovered | Resolved) -> None:
    from doorward.store import log

    a_fault_until_now(home)
    home.start().watch()
    (incident,) = log.incidents()
    log.append(incident.id, "anna", datetime.now(UTC), [end])
    told = kinds()
    again = home.start()
    again.watch()
    assert kinds()["declared"] == 1
    assert kinds()["joined"] == told["joined"]


def test_events_behind_the_cursor_weigh_once_after_a_start(home: Home) -> None:
    home.visits(ago(60), 20)
    home.start().watch()
    home.visits(ago(30), 20)
    again = home.start()
    assert len(again.memory.all()) == 20 * 8
    again.watch()
    assert len(again.memory.all()) == 40 * 8


def test_a_log_of_months_wakes_nobody_at_the_first_start_for_what_is_long_over(home: Home) -> None:
    month_ago = timedelta(days=30).total_seconds()
    home.visits(ago(month_ago), 60)
    home.visits(ago(month_ago - 60), 30, faulty=True)
    home.visits(ago(month_ago - 90), 600)
    home.visits(ago(60), 60)
    home.start().watch()
    assert kinds()["declared"] == 0


def test_a_fault_that_began_while_doorward_was_away_and_lasts_is_declared(home: Home) -> None:
    home.visits(ago(3600 + 60), 60)
    home.start().watch()
    home.visits(ago(3600), 40, faulty=True)
    home.visits(ago(40), 40, faulty=True)
    home.start().watch()
    assert kinds()["declared"] == 1


def test_an_incident_that_does_not_fold_is_told_and_stops_no_other(home: Home) -> None:
    from doorward.store import log

    log.append("2026-03-01-1", "doorward", ago(7200), [declared(), Resolved("over"), Recovered("cannot be")])
    a_fault_until_now(home)
    pipeline = home.start()
    pipeline.watch()
    pipeline.deliver()
    assert len(home.pages()) == 1
    with pytest.raises(LogBroken, match="2026-03-01-1"):
        pipeline.act()
    assert kinds()["diagnosed"] == 1


def test_probes_speak_for_a_version_only_if_each_was_run_after_it(home: Home) -> None:
    from doorward.model.journey import ProbeOutcome, ProbeResult
    from doorward.store import watching

    probes = "".join(
        f'[[probe]]\nname = "{name}"\njourney = "form"\nstart = "http://127.0.0.1:1/"\nevery_s = {every}\n'
        'username_file = "n"\npassword_file = "n"\n'
        for name, every in (("often", 5), ("seldom", 300))
    )
    path = home.directory / "doorward.toml"
    path.write_text(path.read_text() + probes)
    pipeline = home.start()
    assert pipeline._passing_since() is None
    seldom_at, often_at = ago(400), ago(2)
    for name, when in (("seldom", seldom_at), ("often", often_at)):
        watching.add_probe(ProbeResult(name, when, ProbeOutcome.PASSED, "ok", "", ()))
    assert pipeline._passing_since() == seldom_at
    watching.add_probe(ProbeResult("often", ago(1), ProbeOutcome.FAILED, "sent-back", "", ()))
    assert pipeline._passing_since() is None


def test_a_start_in_the_middle_of_an_incident_does_not_take_its_own_first_moment_for_calm(home: Home) -> None:
    from doorward.store import log

    home.visits(ago(80), 80)
    log.append("2026-03-01-1", "doorward", ago(7200), [declared()])
    pipeline = home.start()
    pipeline.watch()
    pipeline.act()
    assert kinds()["recovered"] == 0
