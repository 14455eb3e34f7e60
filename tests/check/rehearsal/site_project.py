"""A real small Django project: accounts, a protected page, and a sign-in by a provider; its settings in one file."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

SETTINGS = """\
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "first-key-of-a-project-that-is-only-a-test"
DEBUG = False
ALLOWED_HOSTS = ["portal.example.com"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "site_of_test.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BASE_DIR / "pages"]}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "people.sqlite3"}}
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/account/"
USE_TZ = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""
URLS = """\
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


@login_required
def account(request):
    return HttpResponse("<title>Account</title><p>Signed in.</p>")


def sso(request):
    request.session["state"] = "of-this-visit"
    callback = request.build_absolute_uri("/sso/return/")
    mode = "&response_mode=form_post" if "post" in request.GET else ""
    return redirect(f"https://id.example.org/authorize?client_id=c&redirect_uri={callback}&state=of-this-visit{mode}")


@csrf_exempt
def sso_return(request):
    given = request.GET or request.POST
    if not given.get("code") or given.get("state") != request.session.get("state"):
        return HttpResponseBadRequest("state")
    person = get_user_model().objects.get(username="doorward-rehearsal")
    login(request, person, "django.contrib.auth.backends.ModelBackend")
    return redirect("/account/")


urlpatterns = [
    path("account/", account),
    path("sign-in/", LoginView.as_view(template_name="sign-in.html")),
    path("sso/", sso),
    path("sso/return/", sso_return),
]
"""
FORM = '<form method="post">{% csrf_token %}{{ form.as_p }}<button>Sign in</button></form>'


def make(folder: Path) -> Path:
    """The project with a migrated database in it; its settings are the module `site_of_test.settings`."""
    package = folder / "site_of_test"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "settings.py").write_text(SETTINGS)
    (package / "urls.py").write_text(URLS)
    (folder / "pages").mkdir()
    (folder / "pages" / "sign-in.html").write_text(FORM)
    command = [
        sys.executable,
        "-B",
        "-m",
        "django",
        "migrate",
        "--verbosity",
        "0",
        "--settings",
        "site_of_test.settings",
    ]
    subprocess.run([*command, "--pythonpath", str(folder)], check=True, cwd=folder)
    return folder


def candidate(project: Path, change: str, name: str = "candidate") -> str:
    """A settings module with that change; gives its name."""
    (project / "site_of_test" / f"{name}.py").write_text(f"from site_of_test.settings import *\n{change}\n")
    return f"site_of_test.{name}"


def fingerprint(folder: Path) -> str:
    """A hash of every path below the folder, with its content and its time of change."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        seen.update(f"{path.relative_to(folder)} {path.lstat().st_mtime_ns} {path.lstat().st_mode}".encode() + content)
    return seen.hexdigest()
