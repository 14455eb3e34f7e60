"""A guarded site of files alone: its doorward.toml, the sign-in's own auth.toml, and lines of its log."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from doorward.model.entry import Diagnosed, EntryBody
from doorward.model.incident import Incident
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.settings import Settings
from tests.entries import T0
from tests.recover.cases import CHANGE, Record, differential

AUTH_TOML = (Path(__file__).parents[1] / "cases/school/base/auth.toml").read_text()
# An interpreter that answers nothing: the file is read all the same, half a second sooner.
NO_PYTHON = shutil.which("false") or "false"


def at(seconds: float) -> datetime:
    """That many seconds after the onset of `tests.entries.detection`."""
    return T0 + timedelta(seconds=seconds)


def auth_toml(prefix: int = 24, life_minutes: int = 480) -> str:
    """A configuration of the school's sign-in."""
    text = AUTH_TOML.replace("bind_ipv4_prefix = 24", f"bind_ipv4_prefix = {prefix}")
    return text.replace("life_minutes = 480", f"life_minutes = {life_minutes}")


def settings_of(
    home: Path,
    auth: dict[str, object] | None = None,
    others: tuple[dict[str, object], ...] = (),
    **tables: object,
) -> Settings:
    """Settings whose site is `home/site` and whose state is `home/state`; `auth` overrides keys of the component."""
    site = home / "site"
    site.mkdir(exist_ok=True)
    if not (site / "auth.toml").exists():
        (site / "auth.toml").write_text(auth_toml())
    component = {"name": "auth", "role": "provider", "kind": "school", "config": ["auth.toml"], "python": NO_PYTHON}
    return Settings.model_validate(
        {
            "path": home / "doorward.toml",
            "doorward": {"state": "state"},
            "service": {"name": "School portal", "directory": "site"},
            "component": [{**component, **(auth or {})}, *others],
            **tables,
        }
    )


def line(moment: datetime, event: str = "sign-in", **fields: object) -> bytes:
    """A line of the school's log; a sign-in that succeeded unless something else is said."""
    said = {"outcome": "succeeded", "reason": "ok", "person": "p1", "source": "n1"} if event == "sign-in" else {}
    head = {"time": moment.isoformat(), "event": event, "synthetic": False}
    return json.dumps({**head, **said, **fields}).encode() + b"\n"


def event(
    seconds: float,
    kind: Kind = Kind.SIGN_IN,
    reason: Reason = Reason.OK,
    person: str | None = "p1",
    component: str = "auth",
    source: str | None = None,
    session: str | None = None,
    config: str | None = None,
    probe: bool = False,
) -> SignInEvent:
    """One event, so many seconds after the onset; a failure unless its reason is ok."""
    outcome = Outcome.SUCCESS if reason is Reason.OK else Outcome.FAILURE
    return SignInEvent(
        at(seconds), component, kind, outcome, reason,
        person=person, session=session, source=source, config=config, probe=probe,
    )  # fmt: skip


def incident_of(*bodies: EntryBody) -> Incident:
    """The incident that these entries tell, after its declaration."""
    record = Record()
    if bodies:
        record(bodies)
    return record.incident


def diagnosed() -> Incident:
    """An incident whose cause is the change of auth.toml."""
    return incident_of(Diagnosed(differential(), CHANGE))


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Another process holds the database's write lock, and nobody waits for it."""
    options = connection.settings_dict["OPTIONS"]
    patient = options["timeout"]
    connection.close()
    options["timeout"] = 0
    other = sqlite3.connect(state / "doorward.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        options["timeout"] = patient
        connection.close()


@contextmanager
def away(state: Path) -> Iterator[None]:
    """The database cannot be opened at all."""
    path, aside = state / "doorward.sqlite3", state / "aside"
    connection.close()
    path.rename(aside)
    path.mkdir()
    try:
        yield
    finally:
        connection.close()
        path.rmdir()
        aside.rename(path)
