"""Projects whose settings name places of this machine: nothing is written there, and the rehearsal says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.check.rehearsal import Pages, Plan, Rehearsal, rehearse, report
from doorward.errors import SystemUnreachable
from doorward.systems import Target
from tests.check.rehearsal.site_project import candidate, fingerprint, make

SHY = """\
import contextlib
with contextlib.suppress(OSError):
    open({path!r}, "a").write("started")
"""
LOGS = """\
LOGGING = {{
    "version": 1,
    "handlers": {{"file": {{"class": "logging.FileHandler", "filename": {log!r}}}}},
    "root": {{"handlers": ["file"], "level": "DEBUG"}},
}}
DATABASES["default"]["NAME"] = {database!r}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("site") / "project")


def rehearsed(project: Path, settings: str, name: str) -> Rehearsal:
    old, new = candidate(project, settings, name), candidate(project, settings + "\nX = 1", f"{name}_new")
    return rehearse(Plan(Target("django", old, project), Target("django", new, project), Pages("/account/")))


def test_a_log_a_database_and_a_file_at_places_written_out_in_full_are_not_touched(
    project: Path, tmp_path: Path
) -> None:
    log, database = tmp_path / "site.log", tmp_path / "people.sqlite3"
    log.write_text("of before\n")
    database.write_bytes((project / "people.sqlite3").read_bytes())
    before = fingerprint(tmp_path)
    stores = LOGS.format(log=str(log), database=str(database))
    found = rehearsed(project, stores + SHY.format(path=str(tmp_path / "started")), "logs")
    assert found.is_fine
    assert fingerprint(tmp_path) == before
    # The log and the database have a place in the scratch; the file that the project can do without has none.
    assert found.refused_writes == (str(tmp_path / "started"),)
    assert "kept from writing" in report.text(found)


def test_a_project_that_cannot_do_without_is_refused_and_told_why(project: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemUnreachable, match=r"would write to .*started"):
        rehearsed(project, f"open({str(tmp_path / 'started')!r}, 'a')", "bold")
    assert not (tmp_path / "started").exists()
