"""Doorward's own settings are strict: what it asks of others it does itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import TOML


@pytest.mark.parametrize("public_url", ["", "https://door.school.example"])
def test_djangos_own_deployment_check_is_silent(tmp_path: Path, public_url: str) -> None:
    (tmp_path / "auth.toml").touch()
    (tmp_path / "doorward.toml").write_text(TOML.replace("[dashboard]", f'[dashboard]\npublic_url = "{public_url}"'))
    environment = {
        **os.environ,
        "DOORWARD_CONFIG": str(tmp_path / "doorward.toml"),
        "DJANGO_SETTINGS_MODULE": "doorward.web.settings",
    }
    program = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('check', deploy=True, fail_level='WARNING')\n"
        "call_command('makemigrations', check=True, dry_run=True, verbosity=0)\n"
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_HTTPONLY, s.DEBUG)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    https = bool(public_url)
    name = f"{'__Host-' if https else ''}doorward_session"
    assert done.stdout.splitlines()[-1] == f"{https} {name} True False"
