"""The settings that every change starts from: HTTPS behind a proxy that ends TLS, and every guard on."""

from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = "first-key-of-a-project-that-only-a-bench-runs"
DEBUG = False
ALLOWED_HOSTS = ["portal.example.com"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "mozilla_django_oidc",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "portal.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BASE_DIR / "pages"]}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "people.sqlite3"}}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://cache.internal:6379/1",
        "KEY_PREFIX": "portal",
    },
    "other": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://cache.internal:6379/2"},
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "nothing": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
PASSWORD_HASHERS = [
    "portal.accounts.QuickPBKDF2PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "mozilla_django_oidc.auth.OIDCAuthenticationBackend",
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/account/"
LOGIN_REDIRECT_URL_FAILURE = "/sign-in/"
SESSION_COOKIE_AGE = 28800
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

OIDC_RP_CLIENT_ID = "portal"
OIDC_RP_CLIENT_SECRET = "a-secret-that-only-a-bench-has"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_OP_AUTHORIZATION_ENDPOINT = "https://id.example.org/authorize"
OIDC_OP_TOKEN_ENDPOINT = "https://id.example.org/token"
OIDC_OP_USER_ENDPOINT = "https://id.example.org/userinfo"
OIDC_OP_JWKS_ENDPOINT = "https://id.example.org/keys"
OIDC_CALLBACK_CLASS = "portal.accounts.ProviderReturn"
