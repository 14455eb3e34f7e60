"""Django settings of the authentication service, read from the auth.toml that SCHOOL_AUTH_CONFIG names."""

import os
from datetime import timedelta
from pathlib import Path

from school.auth.config import AuthConfig, origin
from school.config import digest, load
from school.database import databases
from school.events import EventLog
from school.service import Service

_CONFIG_PATH = Path(os.environ["SCHOOL_AUTH_CONFIG"])
_SCHOOL = Path(__file__).resolve().parent.parent


def _secret(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _origins(config: AuthConfig) -> tuple[str, ...]:
    addresses = [uri for client in config.client for uri in (*client.redirect_uris, *client.post_sign_out_uris)]
    return tuple(dict.fromkeys(origin(address) for address in addresses))


SCHOOL_AUTH = load(_CONFIG_PATH, AuthConfig)
SCHOOL_SERVICE = Service(
    events=EventLog("auth", SCHOOL_AUTH.log.path, _secret(SCHOOL_AUTH.log.key_file).encode(), digest(_CONFIG_PATH)),
    trusted_proxies=SCHOOL_AUTH.proxy.trusted,
    monitoring_token=_secret(SCHOOL_AUTH.monitoring.token_file),
    form_targets=_origins(SCHOOL_AUTH),
)

SECRET_KEY = _secret(SCHOOL_AUTH.service.secret_key_file)
SECRET_KEY_FALLBACKS = [_secret(path) for path in SCHOOL_AUTH.service.secret_key_fallback_files]
ALLOWED_HOSTS = list(SCHOOL_AUTH.service.allowed_hosts)
DEBUG = False
ROOT_URLCONF = "school.auth.urls"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "school.auth.apps.AuthConfiguration",
    "oauth2_provider",
    "axes",
]
MIDDLEWARE = [
    "school.middleware.Health",
    "django.middleware.security.SecurityMiddleware",
    "school.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "school.middleware.RequestEvents",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "school.auth.middleware.SessionGuard",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_SCHOOL / "templates", _SCHOOL / "auth" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [_SCHOOL / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

DATABASES = databases(SCHOOL_AUTH.database)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_ENGINE = f"django.contrib.sessions.backends.{SCHOOL_AUTH.session.engine}"
SESSION_SERIALIZER = SCHOOL_AUTH.session.serializer
SESSION_COOKIE_AGE = SCHOOL_AUTH.session.life_minutes * 60
SESSION_COOKIE_NAME = SCHOOL_AUTH.session.cookie_name
SESSION_COOKIE_DOMAIN = SCHOOL_AUTH.session.cookie_domain or None
SESSION_COOKIE_PATH = SCHOOL_AUTH.session.cookie_path
SESSION_COOKIE_SECURE = SCHOOL_AUTH.session.cookie_secure
SESSION_COOKIE_SAMESITE = SCHOOL_AUTH.session.cookie_samesite
if SCHOOL_AUTH.session.engine != "db":
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": SCHOOL_AUTH.session.redis_url,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
    }
CSRF_COOKIE_NAME = SCHOOL_AUTH.csrf.cookie_name
CSRF_COOKIE_SECURE = SCHOOL_AUTH.csrf.cookie_secure
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "school.auth.views.form_refused"
CSRF_TRUSTED_ORIGINS = [SCHOOL_AUTH.service.public_url]

AUTH_USER_MODEL = "school_auth.Account"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["school.auth.hashers.Argon2"]
PASSWORD_RESET_TIMEOUT = SCHOOL_AUTH.password.reset_life_minutes * 60
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": SCHOOL_AUTH.password.min_length},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "mail")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Lockout is per account and network. django-axes stores keyed hashes of names, no forms, no successes.
# Its middleware would answer in our place; the sign-in view says itself that an account is locked.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]
AXES_FAILURE_LIMIT = SCHOOL_AUTH.lockout.failures
AXES_COOLOFF_TIME = timedelta(minutes=SCHOOL_AUTH.lockout.cool_off_minutes)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "school.auth.lockout.person"
AXES_CLIENT_IP_CALLABLE = "school.auth.lockout.network"
AXES_CLIENT_STR_CALLABLE = "school.auth.lockout.nobody"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "password", "csrfmiddlewaretoken", "next"]

OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": f"{SCHOOL_AUTH.service.public_url}/o",
    "OIDC_RSA_PRIVATE_KEY": SCHOOL_AUTH.oidc.signing_key_file.read_text(encoding="ascii"),
    "OIDC_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
    "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
    "OAUTH2_VALIDATOR_CLASS": "school.auth.claims.SchoolValidator",
    "SCOPES": {"openid": "Know who you are", "profile": "Know your name and role"},
    "DEFAULT_SCOPES": ["openid"],
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"],
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": SCHOOL_AUTH.oidc.code_seconds,
    "ACCESS_TOKEN_EXPIRE_SECONDS": SCHOOL_AUTH.oidc.access_token_minutes * 60,
    "ID_TOKEN_EXPIRE_SECONDS": SCHOOL_AUTH.oidc.access_token_minutes * 60,
    "REFRESH_TOKEN_EXPIRE_SECONDS": SCHOOL_AUTH.oidc.refresh_token_days * 86_400,
    # Clients are confidential, so a refresh token need not rotate (RFC 9700 section 2.2.2); if it did, two tabs that
    # refresh at the same moment would end their person's session.
    "ROTATE_REFRESH_TOKEN": False,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
}

_SMTP = SCHOOL_AUTH.mail.backend == "smtp"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _SMTP else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = SCHOOL_AUTH.mail.directory
EMAIL_HOST = SCHOOL_AUTH.mail.host
EMAIL_PORT = SCHOOL_AUTH.mail.port
EMAIL_HOST_USER = SCHOOL_AUTH.mail.username
EMAIL_HOST_PASSWORD = _secret(SCHOOL_AUTH.mail.password_file) if SCHOOL_AUTH.mail.password_file else ""
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = SCHOOL_AUTH.mail.sender

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Exceptions go to standard error as tracebacks (no values); what is worth counting goes to the event log.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "axes": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "oauth2_provider": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "oauthlib": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
