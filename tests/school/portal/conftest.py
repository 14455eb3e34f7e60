"""People at the portal of the served site, and a site of one's own whose provider can be stopped."""

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

_DEADLINE_S = 20
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def until(condition: Callable[[], Any], what: str) -> Any:
    """The first true answer of the condition; fails after a deadline."""
    deadline = time.monotonic() + _DEADLINE_S
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {_DEADLINE_S} s")


class Visitor:
    """A browser that has been at the portal; paths are the portal's."""

    def __init__(self, browser: Any, site: Any) -> None:
        self.browser = browser
        self.site = site

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.browser.get(self.site.portal_url + path, **options)

    def post(self, path: str, page: httpx.Response, fields: dict[str, str], **options: Any) -> httpx.Response:
        """Sends a form of the page to the path, hidden fields included."""
        return self.browser.post(self.site.portal_url + path, data=dict(_HIDDEN.findall(page.text)) | fields, **options)

    def sign_in(self, person: Any) -> httpx.Response:
        return self.browser.sign_in(person, page=self.get("/courses/"))

    def events(self, event: str) -> list[dict[str, Any]]:
        return self.site.events("portal", event)


@pytest.fixture
def visitor(site: Any, browse: Callable[..., Any]) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(browse(site), site)


@pytest.fixture
def signed_in_as(site: Any, browse: Callable[..., Any]) -> Callable[..., Visitor]:
    """Signs somebody in at the portal: `signed_in_as("student")`, or the second one: `signed_in_as("student", 1)`."""

    def sign_in(role: str, number: int = 0) -> Visitor:
        at_portal = Visitor(browse(site), site)
        page = at_portal.sign_in(site.people(role)[number])
        assert page.url.path == "/courses/", page.text
        return at_portal

    return sign_in


@pytest.fixture
def rows(site: Any) -> Callable[..., list[Any]]:
    """Asks the portal's database, or changes it."""

    def ask(statement: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(site.path / "portal.sqlite3", timeout=20)) as database, database:
            return database.execute(statement, values).fetchall()

    return ask


@pytest.fixture
def foreign(rows: Callable[..., list[Any]]) -> dict[str, int]:
    """A course that nobody is in, with an assignment; and the id of the assignment's only submission."""
    found = rows("SELECT id FROM portal_course WHERE slug = 'foreign'")
    if not found:
        rows("INSERT INTO portal_course (slug, title, subject, summary) VALUES ('foreign', 'Foreign', 'None', '')")
        found = rows("SELECT id FROM portal_course WHERE slug = 'foreign'")
        rows(
            "INSERT INTO portal_assignment (course_id, title, task, due_at)"
            " VALUES (?, 'Far', '', '2999-01-01 00:00:00')",
            found[0][0],
        )
        rows(
            "INSERT INTO portal_material (course_id, title, file, file_name, size_bytes, added_at, added_by_id)"
            " VALUES (?, 'Sheet', 'materials/none.pdf', 'none.pdf', 1, '2026-01-01 00:00:00', 1)",
            found[0][0],
        )
    course = found[0][0]
    return {
        "course": course,
        "assignment": rows("SELECT id FROM portal_assignment WHERE course_id = ?", course)[0][0],
        "material": rows("SELECT id FROM portal_material WHERE course_id = ?", course)[0][0],
    }


class OwnSite:
    """Both services as processes of their own, so that one can be stopped."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, service: str) -> None:
        command = [sys.executable, "-m", "school", "serve", str(self.site.path), service]
        with Path(os.devnull).open("wb") as nowhere:
            self._running[service] = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        url = self.site.auth_url if service == "auth" else self.site.portal_url
        until(lambda: _answers(url), f"{service} answers")

    def stop(self, service: str) -> None:
        process = self._running.pop(service)
        process.terminate()
        process.wait(30)

    def stop_all(self) -> None:
        for service in list(self._running):
            self.stop(service)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/healthz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def own_site(_copies: Callable[[], Any]) -> Iterator[OwnSite]:
    """The portal asks the provider again after one second."""
    copy = _copies()
    copy.edit(
        {"recheck_seconds = 30": "recheck_seconds = 1", "timeout_seconds = 3.0": "timeout_seconds = 1.0"}, "portal"
    )
    own = OwnSite(copy)
    own.start("auth")
    own.start("portal")
    yield own
    own.stop_all()
