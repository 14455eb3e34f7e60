"""Probes with manners, on small real sites: they wait when asked, are believed the second time, and share a store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import pytest

from doorward.model.journey import ProbeOutcome
from doorward.settings import Settings, load
from tests.probe.slapd import free_ports
from tests.sites import Answer, serving

django.setup()

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FORM = b'<form method="post"><input name="u"><input type="password" name="p"></form>'
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
[vantage]
name = "{vantage}"
control = "{control}"
[[probe]]
name = "sign-in"
journey = "form"
start = "{start}"
username_file = "name"
password_file = "word"
every_s = 0.2
timeout_s = 1
"""


@pytest.fixture
def limited() -> Iterator[tuple[str, list[str]]]:
    """A site that asks everybody to wait for ten minutes."""

    def answer(path: str) -> Answer:
        return 429, {"Retry-After": "600"}, b"<title>Slow down</title>"

    with serving(answer) as site:
        yield site


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    def made(start: str, vantage: str = "", control: str = "") -> Settings:
        (tmp_path / "name").write_text("prober")
        (tmp_path / "word").write_text("canary-word")
        path = tmp_path / f"doorward{vantage}.toml"
        path.write_text(SETTINGS.format(start=start, vantage=vantage, control=control))
        return load(path)

    return made


def prober(of: Settings) -> Any:
    from doorward.wiring.probing import Prober

    return Prober(of)


def test_a_probe_that_is_asked_to_wait_does_not_knock_again_before(
    limited: tuple[str, list[str]], settings: Callable[..., Settings]
) -> None:
    address, asked = limited
    of = settings(address)
    one = prober(of)
    first = one.knock(of.probe[0], NOW)
    assert (first.outcome, first.reason, first.wait_s) == (ProbeOutcome.WAITING, "asked-to-wait", 600.0)
    assert one.waits(of.probe[0]) == "waits until 08:10:00 because the service asked it to (asked-to-wait)"
    assert one.knock(of.probe[0], NOW + timedelta(seconds=599)) is None
    assert len(asked) == 1
    assert one.knock(of.probe[0], NOW + timedelta(seconds=600)) is not None


def test_a_prober_without_network_blames_itself_where_its_control_is_silent(settings: Callable[..., Settings]) -> None:
    service, control = free_ports(2)
    of = settings(f"http://127.0.0.1:{service}/", control=f"127.0.0.1:{control}")
    result = prober(of).once(of.probe[0], NOW)
    assert (result.outcome, result.reason) == (ProbeOutcome.BLIND, "no-network")


def test_a_failure_is_evidence_when_it_is_met_again(settings: Callable[..., Settings]) -> None:
    from doorward.wiring.probing import counted

    of = settings(f"http://127.0.0.1:{free_ports(1)[0]}/", vantage="office")
    one = prober(of)
    results = [one.once(of.probe[0], NOW + timedelta(seconds=second)) for second in range(2)]
    assert [len(one.counted(result)) for result in results] == [0, 2]
    assert counted(of, results[:1]) == ()
    assert counted(of, results) == tuple(results)
    assert {result.label for result in results} == {"sign-in from office"}


def test_the_pipeline_hears_what_another_vantage_point_found_and_names_it(
    store: Path, settings: Callable[..., Settings]
) -> None:
    from doorward.pipeline import Pipeline
    from doorward.store import watching

    dead = f"http://127.0.0.1:{free_ports(1)[0]}/"
    pipeline = Pipeline(settings(dead))
    pipeline.hear_others()
    cloud = settings(dead, vantage="cloud")
    elsewhere = prober(cloud)
    for _ in range(3):
        watching.add_probe(elsewhere.knock(cloud.probe[0], datetime.now(UTC)))
    pipeline.hear_others()
    (detection,) = pipeline.watcher.advance(datetime.now(UTC))
    assert dict(detection.segment) == {"journey": "sign-in", "vantage": "cloud"}
    assert pipeline.prober.elsewhere() == ()


def test_another_vantage_point_does_not_prove_nor_disprove_what_this_one_sees(
    store: Path, settings: Callable[..., Settings]
) -> None:
    from doorward.pipeline import Pipeline
    from doorward.store import watching

    dead = f"http://127.0.0.1:{free_ports(1)[0]}/"
    pipeline = Pipeline(settings(dead))
    cloud = settings(dead, vantage="cloud")
    failed = prober(cloud).once(cloud.probe[0], datetime.now(UTC))
    passed = prober(cloud).once(cloud.probe[0], datetime.now(UTC))
    watching.add_probe(_as(passed, vantage="", outcome=ProbeOutcome.PASSED))
    watching.add_probe(failed)
    assert pipeline._passing_since() == passed.at


def _as(result: Any, **changes: object) -> Any:
    from dataclasses import replace

    return replace(result, **changes)


def test_a_prober_of_its_own_writes_into_the_store_until_it_is_told_to_stop(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    with serving(lambda path: (200, {"Content-Type": "text/html"}, FORM)) as (address, _):
        of = settings(address, vantage="cloud")
        started = subprocess.Popen(
            [sys.executable, "-m", "doorward", "run", "--probes-only", "--config", str(of.path)],
            stderr=subprocess.PIPE,
            env={**os.environ, "DOORWARD_CONFIG": str(of.path)},
        )
        try:
            found = _kept(tmp_path / "state" / "doorward.sqlite3")
        finally:
            started.terminate()
            said = started.communicate(timeout=30)[1].decode()
    assert json.loads(found)["vantage"] == "cloud"
    assert "probing Small portal from cloud" in said
    assert "canary-word" not in said + found


def _kept(database: Path) -> str:
    import sqlite3

    deadline = time.monotonic() + 30
    while True:
        assert time.monotonic() < deadline, "no result in time"
        threading.Event().wait(0.1)
        if database.exists():
            with sqlite3.connect(database) as connection:
                try:
                    row = connection.execute("SELECT result FROM store_proberow WHERE vantage = 'cloud'").fetchone()
                except sqlite3.OperationalError:
                    continue
            if row:
                return str(row[0])


def test_a_prober_of_its_own_needs_a_name_for_its_place(settings: Callable[..., Settings]) -> None:
    from doorward.daemon import run_probes
    from doorward.errors import InputInvalid

    with pytest.raises(InputInvalid, match="vantage"):
        run_probes(settings("http://127.0.0.1:1/"))
