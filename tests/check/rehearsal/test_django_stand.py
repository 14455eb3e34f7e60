"""What a rehearsal must not do: write outside its scratch, reach a server, or mix up files of the same name."""

from __future__ import annotations

import hashlib
import shutil
import socket
from pathlib import Path

import pytest

from doorward.check.rehearsal import Pages, Plan, Rehearsal, rehearse
from doorward.errors import InputInvalid, SystemUnreachable
from doorward.systems import Target
from tests.check.rehearsal.site_project import SETTINGS, candidate, fingerprint, make

PAGES = Pages("/account/")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("site") / "project")


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "project")
    return tmp_path / "project"


def rehearsed(project: Path, old: str, new: str) -> Rehearsal:
    return rehearse(Plan(Target("django", old, project), Target("django", new, project), PAGES))


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_database_outside_the_project_is_copied_and_not_touched(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "data" / "people.sqlite3"
    outside.parent.mkdir()
    shutil.move(project / "people.sqlite3", outside)
    old = candidate(project, f"DATABASES['default']['NAME'] = {str(outside)!r}", "outside")
    new = candidate(project, f"DATABASES['default']['NAME'] = {str(outside)!r}\nSECRET_KEY = 'another'")
    before = digest(outside), fingerprint(outside.parent), fingerprint(project)
    assert rehearsed(project, old, new).broken == ("existing-session",)
    assert (digest(outside), fingerprint(outside.parent), fingerprint(project)) == before


def test_a_link_out_of_the_project_is_not_written_through(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "people.sqlite3"
    shutil.move(project / "people.sqlite3", outside)
    (project / "people.sqlite3").symlink_to(outside)
    before = digest(outside)
    assert rehearsed(project, "site_of_test.settings", candidate(project, "X = 1")).broken == ()
    assert digest(outside) == before


def test_servers_of_databases_and_caches_are_stood_in_for_and_never_reached(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        stores = (
            f"DATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'people',"
            f" 'HOST': '127.0.0.1', 'PORT': {port}}}}}\n"
            f"CACHES = {{'default': {{'BACKEND': 'django.core.cache.backends.redis.RedisCache',"
            f" 'LOCATION': 'redis://127.0.0.1:{port}'}}}}\n"
            "SESSION_ENGINE = 'django.contrib.sessions.backends.cache'\n"
        )
        old = candidate(project, stores, "servers")
        new = candidate(project, stores + "CACHES['default']['KEY_PREFIX'] = 'moved'")
        found = rehearsed(project, old, new)
        with pytest.raises(BlockingIOError):
            server.accept()
    # Every worker sees the cache that stands in, as it would see the server; another prefix finds other sessions.
    assert found.broken == ("existing-session",)


def test_a_server_of_another_address_holds_the_same_database_and_another_name_does_not(project: Path) -> None:
    server = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'people', 'HOST': 'db-1'}}\n"
    old = candidate(project, server, "server")
    assert rehearsed(project, old, candidate(project, server.replace("db-1", "db-2"))).broken == ()
    assert rehearsed(project, old, candidate(project, server.replace("'people'", "'other'"))).broken == (
        "existing-session",
    )


def test_a_project_without_a_database_gets_one_and_an_account(project: Path) -> None:
    (project / "people.sqlite3").unlink()
    assert rehearsed(project, "site_of_test.settings", candidate(project, "SESSION_COOKIE_NAME = 'sid'")).broken == (
        "existing-session",
    )
    assert not (project / "people.sqlite3").exists()


def test_the_settings_before_a_change_may_lie_outside_the_project(project: Path, tmp_path: Path) -> None:
    before = tmp_path / "settings.py"
    before.write_text(SETTINGS)
    settings = project / "site_of_test" / "settings.py"
    settings.write_text(SETTINGS + "SESSION_COOKIE_NAME = 'sid'\n")
    assert rehearsed(project, str(before), "site_of_test/settings.py").broken == ("existing-session",)


def test_old_settings_that_do_not_start_are_unreachable_and_say_why(project: Path) -> None:
    with pytest.raises(SystemUnreachable, match="ModuleNotFoundError"):
        rehearsed(project, candidate(project, "import not_there", "before"), "site_of_test.settings")


def test_a_settings_file_that_is_not_there_is_wrong_use(project: Path) -> None:
    with pytest.raises(InputInvalid, match="no such file"):
        rehearsed(project, "site_of_test.settings", "not_there.py")


def test_an_interpreter_that_cannot_be_run_is_wrong_use(project: Path) -> None:
    target = Target("django", "site_of_test.settings", project, python="/not/there")
    with pytest.raises(InputInvalid, match="cannot be run"):
        rehearse(Plan(target, target, PAGES))
