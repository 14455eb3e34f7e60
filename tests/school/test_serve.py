"""Serving: reloads that drop nobody, invalid configurations that change nothing, clean ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import psutil

LIFE = "life_minutes = 480"


def refused(site: Any) -> list[object]:
    return [event["problems"] for event in site.events("auth", "configuration-refused")]


def loaded(site: Any) -> list[object]:
    return [event["config"] for event in site.events("auth", "configuration-loaded")]


def test_a_reload_drops_no_request_and_puts_the_new_configuration_in_force(
    auth_with: Callable[..., Any], reload: Callable[[Any], None], status: Callable[[str, str], int | None]
) -> None:
    site = auth_with({"workers = 1": "workers = 2"})
    statuses: list[object] = []
    is_over = threading.Event()

    def visit() -> None:
        while not is_over.is_set():
            statuses.append(status(site.auth_url, "/sign-in/"))

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    site.edit({LIFE: "life_minutes = 30"})
    reload(site)
    is_over.set()
    for visitor in visitors:
        visitor.join()
    assert set(statuses) == {200}
    assert len(statuses) > 10
    assert len(loaded(site)) == 2
    assert loaded(site)[0] != loaded(site)[1]


def test_an_invalid_configuration_is_refused_and_the_old_one_goes_on(
    auth_with: Callable[..., Any], browse: Callable[..., Any], wait_until: Callable[..., None]
) -> None:
    site = auth_with({})
    in_force = loaded(site)
    site.edit({LIFE: "life_minutes = 0\nlive_minutes = 3"})
    os.kill(site.pid(), signal.SIGHUP)
    wait_until(lambda: refused(site) == [2], "the refusal is logged")
    assert browse(site).sign_in(site.people()[0]).url.path == "/"
    assert "auth.toml:21 session.life_minutes: must be" in (site.path / "errors.txt").read_text()

    (worker,) = psutil.Process(site.pid()).children()
    worker.kill()
    wait_until(lambda: _workers(site) - {worker.pid}, "the killed worker is replaced")
    assert browse(site).sign_in(site.people()[1]).url.path == "/", "with the configuration that was accepted"
    assert loaded(site) == in_force
    assert {event["config"] for event in site.events("auth", "request")} == set(in_force)


def _workers(site: Any) -> set[int]:
    return {child.pid for child in psutil.Process(site.pid()).children()}


def test_a_site_with_an_invalid_configuration_does_not_start_and_says_why(
    copy_site: Callable[[], Any],
) -> None:
    site = copy_site()
    site.edit({LIFE: "life_minutes = 0"})
    for arguments in (["auth"], []):
        result = subprocess.run(
            [sys.executable, "-m", "school", "serve", str(site.path), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == 2
        assert "auth.toml:21 session.life_minutes" in result.stderr
        assert "Traceback" not in result.stderr


def test_both_services_are_announced_and_when_one_dies_the_other_is_ended_and_the_failure_told(
    copy_site: Callable[[], Any], wait_until: Callable[..., None]
) -> None:
    site = copy_site()
    command = [sys.executable, "-m", "school", "serve", str(site.path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    announced = {process.stdout.readline().strip() for _ in range(2)}
    assert announced == {f"auth: {site.auth_url}", f"portal: {site.portal_url}"}
    os.kill(site.pid("portal"), signal.SIGKILL)
    assert process.wait(60) != 0
    wait_until(lambda: not (site.path / "run" / "auth.pid").exists(), "auth ended")
