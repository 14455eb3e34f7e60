"""Session stores as people meet them: the database, Redis in front of it, Redis alone, and Redis gone."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


class Redis:
    def __init__(self, program: str, directory: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)

    def wait(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("redis-server does not answer")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    server = Redis(program, tmp_path)
    server.wait()
    yield server
    server.end()


def engine(name: str, redis: Redis) -> dict[str, str]:
    return {'engine = "db"': f'engine = "{name}"\nredis_url = "redis://127.0.0.1:{redis.port}/0"'}


@pytest.mark.parametrize("name", ["cached_db", "cache"])
def test_sessions_live_in_redis_and_what_happens_when_it_is_gone(
    auth_with: Callable[..., Any], browse: Callable[..., Any], redis: Redis, name: str
) -> None:
    site = auth_with(engine(name, redis))
    browser = browse(site)
    assert browser.sign_in(site.people()[0]).url.path == "/"
    assert browser.account().url.path == "/"

    redis.end()

    answer = browser.account()
    if name == "cache":
        # Django takes an unreachable cache for a session that is not there: sent back, not an error.
        assert answer.url.path == "/sign-in/"
    else:
        assert answer.status_code == 500
    assert browse(site).sign_in(site.people()[1]).status_code == 500
    assert browser.get(site.auth_url + "/healthz").status_code == 200


def test_a_former_secret_key_among_the_fallbacks_keeps_people_signed_in(
    auth_with: Callable[..., Any], browse: Callable[..., Any], reload: Callable[[Any], None]
) -> None:
    site = auth_with({})
    browser = browse(site)
    browser.sign_in(site.people()[0])
    (site.path / "secrets" / "new-key").write_text("n" * 60)
    old = 'secret_key_file = "secrets/auth-secret-key"'
    kept = 'secret_key_file = "secrets/new-key"\nsecret_key_fallback_files = ["secrets/auth-secret-key"]'
    site.edit({old: kept})
    reload(site)
    assert browser.account().url.path == "/"

    site.edit({kept: 'secret_key_file = "secrets/monitoring-token"'})
    reload(site)
    assert browser.account().url.path == "/sign-in/"
    assert site.events("auth", "session")[-2]["reason"] == "unreadable"


def test_pages_carry_headers_that_forbid_scripts_and_frames(site: Any, browse: Callable[..., Any]) -> None:
    page = browse(site).get(site.auth_url + "/sign-in/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {site.portal_url}" in policy, "browsers apply it to the redirects after sign-in"
    assert "script" not in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
