"""The round on a real small service: everything at once, within its bound, and a fault seen end to end."""

from __future__ import annotations

import http.server
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from doorward.diagnose import Address, Examinee, Observations, differential, observe
from doorward.diagnose.causes import causes
from doorward.diagnose.examined import (
    ConnectionExamined,
    DatabaseExamined,
    Examination,
    HostExamined,
    LivenessExamined,
    NotExamined,
    ProcessExamined,
    SchemaExamined,
)
from doorward.diagnose.examined_process import HeldExamined, SurroundingsExamined
from doorward.diagnose.round import EXAMINERS, asked_for, examine
from doorward.model.diagnosis import Verdict
from doorward.model.service import Role

World = Any  # the builders of conftest.py


class _Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Examinee]:
    """This process as a component: it listens, answers its health path and has a database."""
    with closing(sqlite3.connect(tmp_path / "auth.sqlite3")) as connection:
        connection.execute("CREATE TABLE people (name)")
        connection.execute("CREATE TABLE django_session (session_key, expire_date)")
    (tmp_path / "auth.pid").write_text(str(os.getpid()))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Healthy) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        port = server.server_address[1]
        yield Examinee(
            component="auth",
            role=Role.PROVIDER,
            address=Address("127.0.0.1", port),
            health_url=f"http://127.0.0.1:{port}/healthz",
            pid_file=tmp_path / "auth.pid",
            directory=tmp_path,
            database=f"sqlite:{tmp_path / 'auth.sqlite3'}",
        )
        server.shutdown()


def test_every_examination_has_an_examiner_and_is_asked_for_by_a_cause() -> None:
    assert set(EXAMINERS) == set(Examination)
    assert set(asked_for()) == set(Examination)


def test_a_healthy_service_is_examined_throughout_within_the_bound(service: Examinee) -> None:
    began = time.monotonic()
    results = observe((service,), Observations()).examinations
    assert time.monotonic() - began < 3.5
    kinds = (
        *(ProcessExamined, HostExamined, ConnectionExamined, LivenessExamined, DatabaseExamined, SchemaExamined),
        *(HeldExamined, SurroundingsExamined),
    )
    assert tuple(type(result) for result in results if not isinstance(result, NotExamined)) == kinds
    assert not any(result.applies for result in results if isinstance(result, NotExamined))


def test_the_round_keeps_what_was_known(service: Examinee, world: World) -> None:
    known = replace(world.network_binding(), examinations=())
    observed = observe((service,), known)
    assert replace(observed, examinations=()) == known


def test_a_fault_is_told_right_from_a_real_round_over_a_healthy_service(service: Examinee, world: World) -> None:
    made = differential(observe((service,), world.network_binding()), world.now)
    assert made.conclusion == "configuration"
    assert set(made.ruled_out) >= {"database", "network", "load", "attack"}


def test_a_locked_database_is_told_right_from_a_real_round(service: Examinee, world: World) -> None:
    path = service.database.removeprefix("sqlite:")
    # This process is the component: what it took of the host earlier is not the table's.
    known = replace(world.gone_serializer(), suspects=(world.suspect(),), tallies=(), before=())
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        made = differential(observe((service,), known), world.now)
        holder.execute("ROLLBACK")
    assert made.conclusion == "database"


def test_a_component_that_is_gone_is_told_right_from_a_real_round(
    service: Examinee, world: World, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    gone = replace(
        service,
        component="portal",
        address=Address("127.0.0.1", port),
        health_url=f"http://127.0.0.1:{port}/healthz",
        pid_file=tmp_path / "portal.pid",
    )
    made = differential(observe((service, gone), replace(world.gone_serializer(), suspects=())), world.now)
    assert made.conclusion == "server"
    assert made.concluded is not None
    assert made.concluded.component == "portal"
    network = made.hypothesis("network")
    assert network is not None
    assert network.verdict is Verdict.RULED_OUT


def test_an_examination_that_hangs_is_left_behind_and_said_so(
    service: Examinee, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def hangs(examinee: Examinee) -> NotExamined:
        ended.wait(10)
        return NotExamined(Examination.LIVENESS, examinee.component, "too late")

    monkeypatch.setitem(EXAMINERS, Examination.LIVENESS, hangs)
    results = examine((service,), (Examination.LIVENESS, Examination.HOST), within_s=0.3)
    ended.set()
    assert isinstance(results[0], NotExamined)
    assert results[0].because == "it did not end within 0.3 s"
    assert isinstance(results[1], HostExamined)


def test_an_examiner_that_breaks_is_our_fault_and_is_raised(service: Examinee, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(examinee: Examinee) -> NotExamined:
        raise ZeroDivisionError(examinee.component)

    monkeypatch.setitem(EXAMINERS, Examination.HOST, breaks)
    with pytest.raises(ZeroDivisionError):
        examine((service,), (Examination.HOST,))


def test_every_cause_has_a_manual_page_and_the_titles_people_know() -> None:
    titles = {cause.id: cause.title for cause in causes()}
    assert set(titles) == {
        *("configuration", "key", "clock", "server", "database", "session-store"),
        *("network", "load", "attack", "upstream", "client", "deploy"),
    }
    assert (titles["load"], titles["attack"]) == ("heavy traffic", "cyberattack")
    for cause in causes():
        assert "If it is at work" in cause.predictions
        assert "If it is not" in cause.predictions
