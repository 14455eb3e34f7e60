"""The server over a real socket: an event follows the log, own files are served, it ends with its daemon."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from django.db import connections

from doorward.errors import InputInvalid
from doorward.web import server

from .conftest import write_settings

# Runs the dashboard as the daemon does, tells a story when asked for on standard input, and ends at its end.
PROGRAM = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from doorward import settings as doorward_settings
from doorward.store.connection import open_store, release
from doorward.web import server
settings = doorward_settings.load(Path(sys.argv[1]))
open_store(settings)
from django.contrib.auth import get_user_model
get_user_model().objects.create_user("mara", None, "a long enough pass phrase")
sys.path.insert(0, sys.argv[2])
from web import story
from doorward.model.entry import Noted
from doorward.store import log
stop = threading.Event()
thread = threading.Thread(target=server.serve, args=(settings, stop))
thread.start()
for line in sys.stdin:
    if line.startswith("note "):
        log.append(story.INCIDENT, "ines", datetime.now(UTC), [Noted(line[5:].strip())])
    else:
        story.tell(datetime.now(UTC), line.strip())
    release()
stop.set()
thread.join()
print("ended", flush=True)
"""


@dataclass
class Dashboard:
    """A running dashboard and a signed-in client."""

    process: subprocess.Popen[str]
    client: httpx.Client
    state: Path

    def tell(self, chapter: str) -> None:
        """Have the story told up to this chapter."""
        self._write(chapter)

    def note(self, text: str) -> None:
        """Have another operator write a note."""
        self._write(f"note {text}")

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


@pytest.fixture
def dashboard(store: Path) -> Iterator[Dashboard]:
    """The dashboard as its own process on a free port; its database is migrated already."""
    connections.close_all()
    settings = write_settings(store.parent)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "doorward.web.settings"}
    process = subprocess.Popen(
        [
            sys.executable,
            "-W",
            "error::Warning:django",
            "-c",
            PROGRAM,
            str(settings.path),
            str(Path(__file__).parents[1]),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        address = _address(settings.state / "dashboard.address")
        with httpx.Client(base_url=address, timeout=10) as client:
            _sign_in(client)
            yield Dashboard(process, client, settings.state)
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait(timeout=15)
        process.stdout.close()  # type: ignore[union-attr]


def _address(file: Path) -> str:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if file.exists() and (address := file.read_text().strip()):
            try:
                httpx.get(f"{address}/health/", timeout=2)
                return address
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    raise AssertionError("the dashboard did not start")


def _sign_in(client: httpx.Client) -> None:
    form = client.get("/sign-in/").text
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    data = {"csrfmiddlewaretoken": token, "username": "mara", "password": "a long enough pass phrase"}
    assert client.post("/sign-in/", data=data).headers["location"] == "/"


def test_an_open_page_learns_of_an_incident_and_the_server_ends_with_the_stream_still_open(
    dashboard: Dashboard,
) -> None:
    with dashboard.client.stream("GET", "/events/?after=0") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        began = datetime.now(UTC)
        dashboard.tell("declared")
        assert next(line for line in lines if line.startswith("event:")) == "event: incident"
        assert int(next(lines).removeprefix("data: ")) > 0
        assert (datetime.now(UTC) - began).total_seconds() < 5
        page = dashboard.client.get("/").text
        assert "People cannot sign in" in page
        # The daemon's stop comes while the stream is open: the thread must end all the same.
        dashboard.process.stdin.close()  # type: ignore[union-attr]
        assert dashboard.process.wait(timeout=10) == 0
    assert dashboard.process.stdout.read() == "ended\n"  # type: ignore[union-attr]
    assert not (dashboard.state / "dashboard.address").exists()


def test_a_page_that_missed_lines_is_told_at_once_and_own_files_are_served(dashboard: Dashboard) -> None:
    dashboard.tell("planned")
    with dashboard.client.stream("GET", "/events/?after=1") as answer:
        assert next(line for line in answer.iter_lines() if line.startswith("event:")) == "event: incident"
    for name, kind in (("doorward.css", "text/css"), ("live.js", "text/javascript"), ("door.svg", "image/svg+xml")):
        answer = dashboard.client.get(f"/static/web/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)


def test_a_port_that_is_taken_is_a_problem_of_the_settings(tmp_path: Path) -> None:
    settings = write_settings(tmp_path)
    with server.listen(settings).socket as taken:
        port = taken.getsockname()[1]
        busy = settings.model_copy(update={"dashboard": settings.dashboard.model_copy(update={"port": port})})
        with pytest.raises(InputInvalid) as refused:
            server.listen(busy)
    assert refused.value.problems[0].code == "dashboard.port"
