"""Django settings of the portal, all from the file that SCHOOL_PORTAL_CONFIG names."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from school.config import digest, load
from school.database import databases
from school.events import EventLog
from school.portal.config import PortalConfig
from school.service import Service

CONFIG_PATH = Path(os.environ["SCHOOL_PORTAL_CONFIG"])
CONFIG = load(CONFIG_PATH, PortalConfig)
_HERE = Path(__file__).resolve().parent
_ISSUER = urlsplit(CONFIG.sign_in.issuer)

SCHOOL_SERVICE = Service(
    events=EventLog("portal", CONFIG.log.path, CONFIG.log.key_file.read_bytes().strip(), digest(CONFIG_PATH)),
    trusted_proxies=CONFIG.proxy.trusted,
    monitoring_token=CONFIG.monitoring.token_file.read_text(encoding="utf-8").strip(),
    # Sign-out is a form that ends at the provider.
    form_targets=(f"{_ISSUER.scheme}://{_ISSUER.netloc}",),
)

DEBUG = False
SECRET_KEY = CONFIG.service.secret_key_file.read_text(encoding="utf-8").strip()
SECRET_KEY_FALLBACKS = [path.read_text(encoding="utf-8").strip() for path in CONFIG.service.secret_key_fallback_files]
ALLOWED_HOSTS = list(CONFIG.service.allowed_hosts)
CSRF_TRUSTED_ORIGINS = [CONFIG.service.public_url]

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "school.portal.apps.PortalApp",
]
# From the outside in. Liveness and static files first: they must answer without a session or a database.
MIDDLEWARE = [
    "school.middleware.Health",
    "school.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "school.middleware.RequestEvents",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "school.portal.urls"
WSGI_APPLICATION = "school.portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = databases(CONFIG.database)

SESSION_ENGINE = "school.portal.sign_in.store"
SESSION_COOKIE_NAME = CONFIG.session.cookie_name
SESSION_COOKIE_DOMAIN = CONFIG.session.cookie_domain
SESSION_COOKIE_PATH = CONFIG.session.cookie_path
SESSION_COOKIE_SECURE = CONFIG.session.cookie_secure
SESSION_COOKIE_SAMESITE = CONFIG.session.cookie_samesite
SESSION_COOKIE_AGE = int(timedelta(minutes=CONFIG.session.life_minutes).total_seconds())
CSRF_COOKIE_NAME = "portal_csrf"
CSRF_COOKIE_SECURE = CONFIG.session.cookie_secure
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "school.portal.views.troubles.form_refused"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates", _HERE.parent / "templates"],
        "OPTIONS": {"context_processors": ["django.contrib.messages.context_processors.messages"]},
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [_HERE / "static", _HERE.parent / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
# The few files are read from where they stand: no collectstatic step to forget.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

MEDIA_ROOT = CONFIG.media.directory
FILE_UPLOAD_PERMISSIONS = 0o640
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False
# Exceptions go to standard error as tracebacks (no values); what is worth counting goes to the event log.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
