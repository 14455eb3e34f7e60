"""Django stands ready when these tests are collected: the wiring works on the real store."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import subprocess
import sys
from pathlib import Path

import django
import pytest

django.setup()

PROJECT = """
SECRET_KEY = "of a test"
INSTALLED_APPS = ["django.contrib.sessions"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "tiny.sqlite3"}}
USE_TZ = True
"""
BEGIN = """
import json, django
django.setup()
from django.core.management import call_command
from django.contrib.sessions.backends.db import SessionStore
call_command("migrate", verbosity=0)
keys = []
for number in range(4):
    session = SessionStore()
    session["basket"] = number
    session.create()
    keys.append(session.session_key)
print(json.dumps(keys))
"""
KEY = "a key for hashes"


@pytest.fixture(scope="session")
def _project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Django project with four sessions; `keys.json` holds their keyed hashes."""
    home = tmp_path_factory.mktemp("project")
    (home / "tiny_settings.py").write_text(PROJECT)
    (home / "key").write_text(KEY)
    environment = {"PYTHONPATH": str(home), "DJANGO_SETTINGS_MODULE": "tiny_settings", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", BEGIN]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=True)
    hashes = [_keyed(key) for key in json.loads(done.stdout)]
    (home / "keys.json").write_text(json.dumps(hashes))
    return home


def _keyed(key: str) -> str:
    return hmac.new(KEY.encode(), f"session:{key}".encode(), hashlib.sha256).hexdigest()[:16]


@pytest.fixture
def sessions(_project: Path, store: Path) -> tuple[str, ...]:
    """The project is the site of this test; gives the hashes of its sessions by which a log names them."""
    shutil.copytree(_project, store.parent / "site")
    return tuple(json.loads((_project / "keys.json").read_text()))
