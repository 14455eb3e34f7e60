"""A store on each database: SQLite always, PostgreSQL where its server is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _server_folder() -> Path | None:
    """Where PostgreSQL's own programs are; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextmanager
def _cluster() -> Iterator[Path]:
    """A cluster of its own on a socket in a temporary folder; the server refuses root, so it runs as `postgres`."""
    programs = _server_folder()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    home = Path(tempfile.mkdtemp(prefix="doorward-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        postgres = pwd.getpwnam("postgres")
        os.chown(home, postgres.pw_uid, postgres.pw_gid)
        as_user = ["setpriv", f"--reuid={postgres.pw_uid}", f"--regid={postgres.pw_gid}", "--clear-groups"]
    data = home / "data"
    quiet = {"check": True, "capture_output": True, "cwd": home}
    subprocess.run([*as_user, str(programs / "initdb"), "-D", str(data), "-U", "doorward", "-A", "trust"], **quiet)
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
    control = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run([*control, "-l", str(home / "log"), "-o", options, "start"], **quiet)
    try:
        yield home
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[dict[str, object]]:
    """Django's settings of a migrated database on a running PostgreSQL."""
    with _cluster() as home:
        yield {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": "doorward",
            "PASSWORD": "",
            "HOST": str(home),
            "PORT": "",
            "OPTIONS": {},
        }


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest) -> Iterator[str]:
    """A clean store, once on each database; gives its vendor."""
    if request.param == "sqlite":
        request.getfixturevalue("store")
        yield "sqlite"
        return
    request.getfixturevalue("_template")
    with _on_postgresql(request.getfixturevalue("postgresql")):
        yield "postgresql"


@contextmanager
def _on_postgresql(wanted: dict[str, object]) -> Iterator[None]:
    from django.core.management import call_command
    from django.db import connection, connections

    def forget() -> None:
        connections.close_all()
        if hasattr(connections._connections, "default"):
            del connections["default"]

    forget()
    before = dict(connections.settings["default"])
    connections.settings["default"].update(wanted)
    try:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        connections.settings["default"].clear()
        connections.settings["default"].update(before)
        forget()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs what needs PostgreSQL, so that one cluster is enough."""
    for item in items:
        if "any_store" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("postgresql"))
