"""Canaries planted as secrets come out nowhere: not in a finding, a difference, a format, an error or a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.systems import Target

CANARY = "canary7f3a91sings"
_BASE = f'''
SECRET_KEY = "{CANARY}-key"
SECRET_KEY_FALLBACKS = ["{CANARY}-former"]
EMAIL_HOST_PASSWORD = "{CANARY}-mail"
MY_WEBHOOK = "https://hooks.example.com/{CANARY}-hook"
OIDC_RP_CLIENT_SECRET = "{CANARY}-client"
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "d", "PASSWORD": "{CANARY}-db"}}}}
CACHES = {{"default": {{"BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "redis://:{CANARY}-redis@cache:6379/0", "OPTIONS": {{"auth": "{CANARY}-option"}}}}}}
LOGIN_URL = "https://user:{CANARY}-url@id.example.com/"
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
INSTALLED_APPS = ["django.contrib.sessions"]
'''
_ENDINGS = [
    "",
    f'PASSWORD = "{CANARY}-p"\nraise RuntimeError("no: " + PASSWORD)\n',
    f'TOKEN = "{CANARY}-t"\nEMAIL_PORT = int(TOKEN)\n',
    f'raise ValueError("bad value: {CANARY}-v".partition(" ")[2].join("\'\'"))\n',
    f'API_KEYS = {{"a": "{CANARY}-a"}}\nAPI_KEYS["b"] + 1\n',
    f'SESSION_ENGINE = "nowhere"\nSECRET = "{CANARY}-s\n',
]


def _outputs(configuration: check.Configuration, old: check.Configuration, target: Target) -> str:
    found = check.findings(configuration, old)
    formats = [check.render(found, (target,), name) for name in check.FORMATS]
    return "\n".join([repr(configuration), repr(check.differences(old, configuration)), *formats])


@pytest.mark.parametrize("ending", _ENDINGS)
def test_no_secret_of_django_settings_comes_out(tmp_path: Path, ending: str) -> None:
    (tmp_path / "before.py").write_text('SECRET_KEY = "fine"\n')
    (tmp_path / "after.py").write_text(_BASE + ending)
    target = Target("django", "after", tmp_path)
    told = _outputs(check.read(target), check.read(Target("django", "before", tmp_path)), target)
    assert CANARY not in told


_TOML = f'''
[service]
public_url = "http://user:{CANARY}-url@id.example.com"
port = 1
secret_key_file = "key"
api_token = "{CANARY}-token"
[session]
redis_url = "redis://:{CANARY}-redis@cache/0"
password = "{CANARY}-password"
[mail]
password = "{CANARY}-mail"
username = "{CANARY}-name"
[oidc]
signing_key = "{CANARY}-pem"
[[client]]
id = "portal"
secret = "{CANARY}-client"
'''


def test_no_secret_of_the_school_comes_out(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{CANARY}-content\n")
    (tmp_path / "after.toml").write_text(_TOML)
    (tmp_path / "before.toml").write_text(_TOML.replace(CANARY, "other"))
    target = Target("school", str(tmp_path / "after.toml"), Path.cwd())
    told = _outputs(check.read(target), check.read(Target("school", str(tmp_path / "before.toml"), Path.cwd())), target)
    assert CANARY not in told


@pytest.mark.parametrize(
    "line", [f"secret = '{CANARY}\n", f"secret = {CANARY}\n", f'[a]\n"{CANARY}" = 1\n"{CANARY}" = 2\n']
)
def test_no_secret_comes_out_of_a_file_that_does_not_parse(tmp_path: Path, line: str) -> None:
    (tmp_path / "bad.toml").write_text(line)
    with pytest.raises(InputInvalid) as refused:
        check.read(Target("school", "bad.toml", tmp_path))
    assert CANARY not in str(refused.value)
