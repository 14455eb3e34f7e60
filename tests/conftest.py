"""Shared fixtures: Doorward's own Django on a database of its own, and skips that CI does not allow."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine makes examples slowly, and no test is to fail by a clock.
settings.register_profile("doorward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("doorward")

_HOME = Path(tempfile.mkdtemp(prefix="doorward-tests-"))
_CONFIG = _HOME / "doorward.toml"
_CONFIG.write_text(
    '[doorward]\nstate = "state"\n[service]\nname = "Test service"\n'
    '[[component]]\nname = "auth"\nrole = "provider"\nkind = "school"\n'
)
os.environ["DOORWARD_CONFIG"] = str(_CONFIG)
os.environ["DJANGO_SETTINGS_MODULE"] = "doorward.web.settings"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the tests' own directory."""
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With DOORWARD_REQUIRE=all nothing may skip: a skip is a failure with its reason."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("DOORWARD_REQUIRE") == "all" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"DOORWARD_REQUIRE=all does not allow this skip: {report.longrepr}"


@pytest.fixture(scope="session")
def _template() -> Path:
    """A migrated SQLite database, copied for each test that wants one."""
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    path = _HOME / "template.sqlite3"
    _use(path)
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    _checkpoint(path)
    return path


def _checkpoint(path: Path) -> None:
    import sqlite3

    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def _use(path: Path) -> None:
    """Point Django's default connection at this file."""
    from django.db import connections

    connections.close_all()
    connections.settings["default"]["NAME"] = str(path)
    if hasattr(connections._connections, "default"):
        del connections["default"]


@pytest.fixture
def store(_template: Path, tmp_path: Path) -> Iterator[Path]:
    """A clean migrated database in a state directory of its own; gives that directory."""
    from django.db import connections

    state = tmp_path / "state"
    state.mkdir()
    shutil.copy(_template, state / "doorward.sqlite3")
    _use(state / "doorward.sqlite3")
    yield state
    connections.close_all()
