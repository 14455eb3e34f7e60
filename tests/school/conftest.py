"""A real site, set up small and served by real processes, and a person's browser to visit it with."""

from __future__ import annotations

import fcntl
import hashlib
import html
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

START_S = 60
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the one served site run in one worker process, so that it is set up once; those of copies likewise."""
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if "site" in wanted:
            item.add_marker(pytest.mark.xdist_group("school"))
        elif {"auth_site", "auth_with", "copy_site"} & wanted:
            item.add_marker(pytest.mark.xdist_group("school-copies"))


@dataclass(frozen=True)
class Person:
    sub: str
    username: str
    password: str
    role: str
    name: str
    mail: str
    monitor: bool


@dataclass(frozen=True)
class Site:
    path: Path
    auth_url: str
    portal_url: str

    def people(self, role: str | None = None) -> list[Person]:
        listed = [Person(**entry) for entry in json.loads((self.path / "secrets" / "people.json").read_text())]
        return [person for person in listed if role in (None, person.role) and not person.monitor]

    def secret(self, name: str) -> str:
        return (self.path / "secrets" / name).read_text().strip()

    def events(self, service: str = "auth", event: str | None = None) -> list[dict[str, object]]:
        log = self.path / "logs" / f"{service}.jsonl"
        listed = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [entry for entry in listed if event in (None, entry["event"])]

    def pid(self, service: str = "auth") -> int:
        return int((self.path / "run" / f"{service}.pid").read_text())

    def edit(self, changes: Mapping[str, str], service: str = "auth") -> None:
        """Replaces text in a configuration; each text must be there."""
        config = self.path / f"{service}.toml"
        text = config.read_text()
        for before, after in changes.items():
            assert before in text, before
            text = text.replace(before, after)
        config.write_text(text)


class Browser(httpx.Client):
    """Follows redirects, keeps cookies, sends back the hidden fields of the last page's form."""

    def __init__(self, site: Site, address: str = "198.51.100.7") -> None:
        super().__init__(follow_redirects=True, timeout=20, verify=False, headers={"X-Forwarded-For": address})
        self.site = site

    def move_to(self, address: str) -> None:
        self.headers["X-Forwarded-For"] = address

    def account(self) -> httpx.Response:
        return self.get(self.site.auth_url + "/")

    def sign_in(
        self, person: Person, password: str | None = None, page: httpx.Response | None = None
    ) -> httpx.Response:
        """Fills in the sign-in form that is shown (the account page leads to it) and returns where that ends."""
        shown = page or self.get(self.site.auth_url + "/sign-in/")
        fields = {"username": person.username, "password": person.password if password is None else password}
        return self.post(self.site.auth_url + "/sign-in/", data=hidden(shown) | fields)


def hidden(page: httpx.Response) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], what: str, limit_s: float = START_S) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {limit_s} s")
        time.sleep(0.05)


def status_of(url: str, path: str, timeout_s: float = 20) -> int | None:
    """Over a connection of its own, and cheap enough to poll with; None when nobody answers."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def is_alive(url: str) -> bool:
    return status_of(url, "/healthz", timeout_s=2) == 200


@contextmanager
def served(site: Site, *service: str) -> Iterator[Site]:
    """Serves the site (or one service of it) until the block ends."""
    errors = (site.path / "errors.txt").open("w")
    command = [sys.executable, "-m", "school", "serve", str(site.path), *service]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
    urls = {"auth": site.auth_url, "portal": site.portal_url}
    try:
        for name in service or urls:
            wait_for(lambda url=urls[name]: is_alive(url) or process.poll() is not None, f"{name} starts")
        assert process.poll() is None, (site.path / "errors.txt").read_text()
        yield site
    finally:
        process.terminate()
        code = process.wait(60)
        errors.close()
    assert code == 0, (site.path / "errors.txt").read_text()


def school(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "school", *arguments], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="session")
def _pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that nobody serves, set up once for all worker processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = shared / "school-pristine"
    with (shared / "school.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            ports = ("--auth-port", "1", "--portal-port", "2")
            result = school("setup", str(shared / "school-new"), "--people", "12", "--courses", "3", *ports)
            assert result.returncode == 0, result.stderr
            (shared / "school-new").rename(path)
    return path


def copied(pristine: Path, path: Path) -> Site:
    """A copy of the site as it was set up, at ports of its own."""
    shutil.copytree(pristine, path)
    auth_port, portal_port = free_port(), free_port()
    for config in (path / "auth.toml", path / "portal.toml"):
        text = re.sub(r"(127\.0\.0\.1:|^port = )1\b", rf"\g<1>{auth_port}", config.read_text(), flags=re.MULTILINE)
        config.write_text(re.sub(r"(127\.0\.0\.1:|^port = )2\b", rf"\g<1>{portal_port}", text, flags=re.MULTILINE))
    return Site(path, f"http://127.0.0.1:{auth_port}", f"http://127.0.0.1:{portal_port}")


@pytest.fixture(scope="session")
def _copies(_pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Site]:
    """Makes copies of the site that nobody serves yet."""

    def copy() -> Site:
        site = copied(_pristine, tmp_path_factory.mktemp("copy") / "site")
        # One worker: half the start, and nothing that copies are made for needs a second.
        for service in ("auth", "portal"):
            site.edit({"workers = 2": "workers = 1"}, service)
        return site

    return copy


@pytest.fixture(scope="session")
def site(_pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site that tests share: both services run; a test leaves its configuration as it is."""
    with served(copied(_pristine, tmp_path_factory.mktemp("school") / "site")) as shared:
        yield shared


@pytest.fixture
def serve_auth() -> Iterator[Callable[[Site], Site]]:
    """Serves the authentication service of a site until the test ends."""
    with ExitStack() as blocks:
        yield lambda site: blocks.enter_context(served(site, "auth"))


@pytest.fixture
def auth_with(_copies: Callable[[], Site], serve_auth: Callable[[Site], Site]) -> Callable[[Mapping[str, str]], Site]:
    """Serves the authentication service of a fresh copy, with text of auth.toml replaced."""

    def start(changes: Mapping[str, str]) -> Site:
        copy = _copies()
        copy.edit(changes)
        return serve_auth(copy)

    return start


@pytest.fixture(scope="session")
def auth_site(_copies: Callable[[], Site]) -> Iterator[Site]:
    """An authentication service whose database tests may damage: nobody else signs in there."""
    with served(_copies(), "auth") as copy:
        yield copy


@pytest.fixture
def browse() -> Iterator[Callable[..., Browser]]:
    """Opens browsers: `browse(site)` or `browse(site, "203.0.113.9")`."""
    opened: list[Browser] = []

    def open_one(site: Site, address: str = "198.51.100.7") -> Browser:
        opened.append(Browser(site, address))
        return opened[-1]

    yield open_one
    for browser in opened:
        browser.close()


@pytest.fixture
def reload() -> Callable[[Site], None]:
    """Sends SIGHUP to the authentication service and waits until only new workers answer."""

    def send(site: Site) -> None:
        config = hashlib.sha256((site.path / "auth.toml").read_bytes()).hexdigest()[:12]
        former = psutil.Process(site.pid()).children()
        os.kill(site.pid(), signal.SIGHUP)
        wait_for(lambda: not any(worker.is_running() for worker in former), "the workers of before are gone")
        wait_for(lambda: _answered_with(site) == {config}, "the new configuration is in force")

    return send


def _answered_with(site: Site) -> set[object]:
    """The configurations with which workers answered four requests made now."""
    before = len(site.events("auth", "request"))
    for _ in range(4):
        status_of(site.auth_url, "/o/.well-known/jwks.json")
    return {event["config"] for event in site.events("auth", "request")[before:]}


@pytest.fixture
def copy_site(_copies: Callable[[], Site]) -> Callable[[], Site]:
    """Makes a copy of the site that nobody serves yet."""
    return _copies


@pytest.fixture
def wait_until() -> Callable[..., None]:
    return wait_for


@pytest.fixture
def run_school() -> Callable[..., subprocess.CompletedProcess[str]]:
    return school


@pytest.fixture
def status() -> Callable[[str, str], int | None]:
    return status_of
