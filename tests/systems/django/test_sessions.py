"""A real small Django project in a folder of the test's own: its sessions are listed and ended by the worker."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from doorward.errors import CapabilityMissing, InputInvalid, SystemUnreachable
from doorward.systems import SessionRow, Target
from doorward.systems.django.sessions import SESSIONS, DjangoSessions

SETTINGS = """
import json, os
SECRET_KEY = os.environ.get("TINY_SECRET", "first")
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("TINY_DB", "tiny.sqlite3")}}
SESSION_ENGINE = "django.contrib.sessions.backends." + os.environ.get("TINY_ENGINE", "db")
SESSION_SERIALIZER = os.environ.get("TINY_SERIALIZER", "django.contrib.sessions.serializers.JSONSerializer")
AUTHENTICATION_BACKENDS = os.environ.get("TINY_BACKENDS", "django.contrib.auth.backends.ModelBackend").split()
CACHE = os.environ.get("TINY_CACHE", "django.core.cache.backends.filebased.FileBasedCache")
CACHES = {"default": {"BACKEND": CACHE, "LOCATION": "cache"}}
USE_TZ = True
print("a project that prints while it loads")
"""
WRITE = """
import json, sys, django
django.setup()
from datetime import timedelta
from importlib import import_module
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
store = import_module(settings.SESSION_ENGINE).SessionStore
backend = "django.contrib.auth.backends.ModelBackend"
user, _ = User.objects.get_or_create(username="Ada.Byron")
keys = {}
for name, content in json.loads(sys.argv[1]).items():
    session = store()
    for key, value in content.items():
        session[key] = str(user.pk) if value == "ADA" else value
    session.create()
    if content.get("ends") == "past":
        session.set_expiry(-60); session.save()
    keys[name] = session.session_key
json.dump(keys, sys.stdout)
"""
MODEL = "django.contrib.auth.backends.ModelBackend"
ADA = {"_auth_user_id": "ADA", "_auth_user_backend": MODEL}
KEY = b"a key for hashes\n"

Signer = Callable[..., dict[str, str]]


def keyed(kind: str, value: str) -> str:
    return hmac.new(KEY.strip(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:16]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("template")
    (project / "tiny_settings.py").write_text(SETTINGS)
    (project / "write.py").write_text(WRITE)
    _python(project, {}, "-m", "django", "migrate", "--verbosity", "0")
    return project


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "project")
    (tmp_path / "project" / "hash-key").write_bytes(KEY)
    return tmp_path / "project"


@pytest.fixture
def sign_in(project: Path) -> Signer:
    """Write sessions as the project itself does; gives their keys by name."""

    def write(sessions: dict[str, dict[str, str]], **env: str) -> dict[str, str]:
        told = _python(project, env, "write.py", json.dumps(sessions)).splitlines()[-1]
        return dict(json.loads(told[told.index("{") :]))

    return write


def _python(project: Path, env: dict[str, str], *arguments: str) -> str:
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(project),
        "DJANGO_SETTINGS_MODULE": "tiny_settings",
        **env,
    }
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def target(project: Path, **env: str) -> Target:
    return Target("django", "tiny_settings", project=project, env=env)


def by_hash(rows: tuple[SessionRow, ...]) -> dict[str, SessionRow]:
    return {row.session: row for row in rows}


def test_each_session_is_listed_with_whether_it_loads_whose_it_is_and_why(project: Path, sign_in: Signer) -> None:
    keys = sign_in({"ada": ADA, "visitor": {"basket": "1"}, "empty": {}, "old": {**ADA, "ends": "past"}})
    ada = keyed("person", "ada.byron")
    assert by_hash(SESSIONS.listed(target(project), project / "hash-key")) == {
        row.session: row
        for row in (
            SessionRow(keyed("session", keys["ada"]), True, ada, "ok", MODEL),
            SessionRow(keyed("session", keys["visitor"]), True, None, "ok"),
            SessionRow(keyed("session", keys["empty"]), True, None, "empty"),
            SessionRow(keyed("session", keys["old"]), False, ada, "expired", MODEL),
        )
    }


def test_a_session_that_carries_the_hash_of_its_person_is_theirs(project: Path, sign_in: Signer) -> None:
    sign_in({"portal": {"account": "7", "person": "0123456789abcdef"}})
    (row,) = SESSIONS.listed(target(project), project / "hash-key")
    assert row.person == "0123456789abcdef"


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"TINY_SECRET": "second"}, "unreadable"),
        ({"TINY_SERIALIZER": "django.contrib.sessions.serializers.PickleSerializer"}, "unreadable"),
        ({"TINY_BACKENDS": "elsewhere.Backend"}, "backend-gone"),
    ],
)
def test_sessions_that_the_settings_in_force_refuse_do_not_load(
    project: Path, sign_in: Signer, env: dict[str, str], reason: str
) -> None:
    sign_in({"ada": ADA})
    (row,) = SESSIONS.listed(target(project, **env), project / "hash-key")
    assert (row.loads, row.reason) == (False, reason)


def test_only_the_named_sessions_end(project: Path, sign_in: Signer) -> None:
    keys = sign_in({"broken": ADA, "fine": ADA})
    broken, fine = keyed("session", keys["broken"]), keyed("session", keys["fine"])
    gone = SESSIONS.clear(target(project), project / "hash-key", [broken, "0000000000000000"])
    assert gone == (broken,)
    assert set(by_hash(SESSIONS.listed(target(project), project / "hash-key"))) == {fine}
    assert SESSIONS.clear(target(project), project / "hash-key", [broken]) == ()


def test_ending_a_session_of_cached_db_ends_it_in_the_cache_too(project: Path, sign_in: Signer) -> None:
    env = {"TINY_ENGINE": "cached_db"}
    keys = sign_in({"ada": ADA}, **env)
    cached = list((project / "cache").glob("*.djcache"))
    assert len(cached) == 1
    gone = SESSIONS.clear(target(project, **env), project / "hash-key", [keyed("session", keys["ada"])])
    assert len(gone) == 1
    assert list((project / "cache").glob("*.djcache")) == []


def test_a_cache_in_each_workers_own_memory_cannot_be_cleared_from_outside(project: Path, sign_in: Signer) -> None:
    env = {"TINY_ENGINE": "cached_db", "TINY_CACHE": "django.core.cache.backends.locmem.LocMemCache"}
    keys = sign_in({"ada": ADA}, **env)
    with pytest.raises(CapabilityMissing, match="own memory"):
        SESSIONS.clear(target(project, **env), project / "hash-key", [keyed("session", keys["ada"])])
    assert len(SESSIONS.listed(target(project, **env), project / "hash-key")) == 1


def test_what_ended_before_the_cache_failed_is_told_and_a_further_try_says_what_fails(
    project: Path, sign_in: Signer
) -> None:
    keys = sign_in({"one": ADA, "two": ADA}, TINY_ENGINE="cached_db")
    (project / "failing.py").write_text(
        "from django.core.cache.backends.filebased import FileBasedCache\n"
        "class Once(FileBasedCache):\n"
        "    ended = 0\n"
        "    def delete(self, *args, **kwargs):\n"
        "        if self.ended: raise RuntimeError('gone')\n"
        "        self.ended += 1\n"
        "        return super().delete(*args, **kwargs)\n"
        "class Never(Once):\n"
        "    ended = 1\n"
    )
    both = sorted(keyed("session", key) for key in keys.values())
    once = target(project, TINY_ENGINE="cached_db", TINY_CACHE="failing.Once")
    gone = SESSIONS.clear(once, project / "hash-key", both)
    assert len(gone) == 1
    sign_in({"three": ADA}, TINY_ENGINE="cached_db")
    every = [row.session for row in SESSIONS.listed(once, project / "hash-key")]
    with pytest.raises(SystemUnreachable, match="RuntimeError"):
        SESSIONS.clear(
            target(project, TINY_ENGINE="cached_db", TINY_CACHE="failing.Never"), project / "hash-key", every
        )


@pytest.mark.parametrize(
    ("engine", "words"), [("cache", "keeps no list"), ("file", "file engine"), ("signed_cookies", "people's cookies")]
)
def test_engines_without_rows_say_why_they_cannot_list(project: Path, engine: str, words: str) -> None:
    with pytest.raises(CapabilityMissing, match=words):
        SESSIONS.listed(target(project, TINY_ENGINE=engine), project / "hash-key")


def test_sessions_that_cannot_be_loaded_can_still_not_be_ended_before_the_settings_are_right(
    project: Path, sign_in: Signer
) -> None:
    keys = sign_in({"ada": ADA})
    broken = target(project, TINY_SERIALIZER="django.contrib.sessions.serializers.PickleSerializer")
    with pytest.raises(SystemUnreachable, match="could not clear"):
        SESSIONS.clear(broken, project / "hash-key", [keyed("session", keys["ada"])])
    assert len(SESSIONS.listed(target(project), project / "hash-key")) == 1


def test_a_missing_database_table_is_named_with_what_to_do(project: Path) -> None:
    with pytest.raises(SystemUnreachable, match=r"OperationalError(?s:.*)migrations"):
        SESSIONS.listed(target(project, TINY_DB="empty.sqlite3"), project / "hash-key")


def test_a_settings_module_that_is_not_there_is_named(project: Path) -> None:
    with pytest.raises(SystemUnreachable, match="ModuleNotFoundError"):
        SESSIONS.listed(Target("django", "not_there", project=project), project / "hash-key")


def test_a_missing_hash_key_is_a_problem_of_the_input(project: Path) -> None:
    with pytest.raises(InputInvalid, match="session_hash_key_file"):
        SESSIONS.listed(target(project), project / "no-such-file")


def test_a_project_that_never_finishes_loading_is_given_up(project: Path) -> None:
    (project / "stuck_settings.py").write_text("import threading\nthreading.Event().wait()\n")
    with pytest.raises(SystemUnreachable, match="TimeLimit"):
        DjangoSessions(limit_s=0.5).listed(Target("django", "stuck_settings", project=project), project / "hash-key")


def test_no_session_key_leaves_the_worker(project: Path, sign_in: Signer) -> None:
    keys = sign_in({"ada": ADA, "visitor": {"basket": "1"}})
    told = repr(SESSIONS.listed(target(project), project / "hash-key"))
    assert not any(key in told for key in keys.values())
    assert "byron" not in told.lower()
