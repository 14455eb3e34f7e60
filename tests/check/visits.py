"""Run as a program: what becomes of a session of a real Django site when its settings change and change back.

In: a JSON list of pairs [old, new], each the changes of the settings below. Out: for each pair what somebody meets who
signed in under old: at a visit under new, and then under old again: "in", "sent to sign in", or "an error".
Every visit is made in a process of its own. With PROVIDER, whoever is sent to sign in goes on to a page that notes in
the session that they were sent to a provider.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import django
import django.core.handlers.wsgi
import django.db
import django.http
import django.test.client
from django.conf import settings


def base(folder: Path) -> dict[str, Any]:
    """A small site whose stores lie in the folder."""
    return {
        "SECRET_KEY": "the first key of a site that is only a test",
        "ALLOWED_HOSTS": ["*"],
        "INSTALLED_APPS": ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        "ROOT_URLCONF": __name__,
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "first.sqlite3"}},
        "CACHES": {
            "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": folder / "cache"}
        },
        "SESSION_FILE_PATH": str(folder),
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "LOGIN_URL": "/sign-in/",
        "USE_TZ": True,
        "PROVIDER": False,
    }


class Compact:
    """Another serializer than Django's own."""

    def dumps(self, content: Any) -> bytes:
        return b"compact" + json.dumps(content).encode()

    def loads(self, data: bytes) -> Any:
        if not data.startswith(b"compact"):
            raise ValueError(data[:7])
        return json.loads(data[7:])


def leave(request: Any) -> django.http.HttpResponse:
    """The way to the provider."""
    request.session["state"] = "of this visit"
    return django.http.HttpResponse("left")


urlpatterns: list[Any] = []


def set_up(folder: Path, change: dict[str, Any]) -> None:
    """Django with the site's settings; DATABASE and PREFIX stand for a place deep in them."""
    settings.configure(**{**base(folder), **change})
    if "DATABASE" in change:
        settings.DATABASES["default"]["NAME"] = folder / change["DATABASE"]
    if "PREFIX" in change:
        settings.CACHES["default"]["KEY_PREFIX"] = change["PREFIX"]
    django.setup()
    from django.contrib.auth.decorators import login_required
    from django.core.management import call_command
    from django.urls import path

    account = login_required(lambda request: django.http.HttpResponse("in"))
    urlpatterns[:] = [path("account/", account), path("leave/", leave)]
    if not settings.DATABASES["default"]["NAME"].exists():
        call_command("migrate", verbosity=0)


def in_child(folder: Path, change: dict[str, Any], work: Any) -> Any:
    """What `work` gives in a process of its own under those settings."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            set_up(folder, change)
            os.write(write, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        told = json.load(stream)
    os.waitpid(child, 0)
    return told


def sign_in() -> dict[str, str]:
    """The cookies of somebody who signs in."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create(username="ada"), settings.AUTHENTICATION_BACKENDS[0])
    return {name: cookie.value for name, cookie in client.cookies.items()}


def visit(cookies: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What the person meets, and the cookies afterwards."""
    from django.test import Client

    client = Client(raise_request_exception=False)
    for name, value in cookies.items():
        client.cookies[name] = value
    met = {200: "in", 302: "sent to sign in"}.get(client.get("/account/").status_code, "an error")
    if met == "sent to sign in" and settings.PROVIDER:
        client.get("/leave/")
    return met, {name: cookie.value for name, cookie in client.cookies.items() if cookie["max-age"] != 0}


def story(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Signed in under old, seen under new, seen under old again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cookies = in_child(folder, old, sign_in)
        met, cookies = in_child(folder, new, lambda: visit(cookies))
        return [met, in_child(folder, old, lambda: visit(cookies))[0]]


if __name__ == "__main__":
    json.dump([story(old, new) for old, new in json.load(sys.stdin)], sys.stdout)
