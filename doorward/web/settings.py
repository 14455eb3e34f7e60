"""Django settings of Doorward's own dashboard and store; everything comes from doorward.toml (`DOORWARD_CONFIG`).

Without `DOORWARD_CONFIG` the store is in memory: enough for commands that need no state, type checks and tests.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from doorward import settings as doorward_settings

BASE = Path(__file__).parent
_config = os.environ.get("DOORWARD_CONFIG", "")
DOORWARD = doorward_settings.load(Path(_config)) if _config else None


def _database(url: str, state: Path | None) -> dict[str, object]:
    """Django's DATABASES entry for postgresql://…, else SQLite in the state directory."""
    if url.startswith("postgresql://"):
        parts = urlsplit(url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(state / "doorward.sqlite3") if state else ":memory:",
        "OPTIONS": {
            "timeout": 5,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _secret_key(state: Path | None) -> str:
    """A key made once and kept readable by the owner alone."""
    if state is None:
        return secrets.token_urlsafe(48)
    state.mkdir(parents=True, exist_ok=True)
    path = state / "secret-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


_state = DOORWARD.state if DOORWARD else None
_public = DOORWARD.dashboard.public_url if DOORWARD else ""
_https = _public.startswith("https://")

SECRET_KEY = _secret_key(_state)
DEBUG = False
# A wildcard address to listen on names no host; then `dashboard.public_url` says by which name people come.
_host = DOORWARD.dashboard.host if DOORWARD else ""
ALLOWED_HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    *([_host] if _host not in {"", "0.0.0.0", "::"} else []),
    *([str(urlsplit(_public).hostname)] if _public else []),
]
CSRF_TRUSTED_ORIGINS = [f"{urlsplit(_public).scheme}://{urlsplit(_public).netloc}"] if _public else []
CSRF_FAILURE_VIEW = "doorward.web.trouble.csrf_failure"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "doorward.store",
    "doorward.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "doorward.web.static_files.StaticFilesMiddleware",
    "doorward.web.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "doorward.web.trouble.TroubleMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "doorward.web.urls"
ASGI_APPLICATION = "doorward.web.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "doorward.web.context.menu",
            ],
        },
    }
]
DATABASES = {"default": _database(DOORWARD.doorward.store if DOORWARD else "", _state)}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# scrypt is memory-hard and in the standard library; argon2 would be a dependency for a handful of operators.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
# Browsers keep no cookies apart by port: the names must differ from those of a service guarded on the same host.
_prefix = "__Host-" if _https else ""
SESSION_COOKIE_NAME = f"{_prefix}doorward_session"
CSRF_COOKIE_NAME = f"{_prefix}doorward_csrf"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Not Strict: whoever follows the link of a page from a web mailer would have to sign in at 3 a.m. for nothing.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# What `check --deploy` says of plain HTTP does not hold on the loopback address, the only one without a proxy: W004
# (HSTS), W012 and W016 (cookies over HTTPS only). W008 (redirect to HTTPS) is the proxy's work, and /health/ is asked
# over loopback. W005 and W021 (subdomains, preload) are for the owner of the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"] + (
    [] if _https else ["security.W004", "security.W012", "security.W016"]
)
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "static"]
WHITENOISE_USE_FINDERS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {
        "django": {"level": "WARNING"},
        # Refused and unknown requests are answered, not news.
        "django.request": {"level": "ERROR"},
    },
}
