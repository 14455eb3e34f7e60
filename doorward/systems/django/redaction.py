"""Values in, what people may see of them out: secrets become short keyed digests, placeholders become None.

Standard library only and free of the package: the child process runs beside it in the project's own interpreter. Only
settings whose meaning is known are shown; any other value may be a secret and is shown as its digest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re

UNSET = "doorward-unset-"
"""What stands in for an environment variable that is not set here; a value that holds it is unknown."""

_SECRET_NAME = re.compile(r"SECRET|PASSW|_PASS$|^PASS$|TOKEN|CREDENTIAL|SIGNATURE|API|(^|_)KEY($|_|S$)|DSN|SALT", re.I)
_PLACEHOLDER = re.compile(r"\$\{|\{\{|^\s*(<[^<>]+>|\$[A-Z_][A-Z0-9_]*|%[A-Z_]+%|__[A-Z_]+__|@[A-Z_]+@)\s*$")
# Also where a sign of the address is missing: what stands between a slash and an @ is somebody.
_URL_PERSON = re.compile(r"(/)[^/@\r\n]+@")
# An address that was cut off behind the password: what stands where a port should be and is none.
_URL_HALF = re.compile(r"(//[^/@:\s\[\]]+:)(?!\d{1,5}(?![\w%+.=~-])|[$\{<*]|[^/@\s]*@)[^/@\s,]+")
_INLINE = re.compile(r"((?:pass(?:word|wd)?|secret|token|api_?key)\s*=\s*)[^\s&;,'\"]+", re.I)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_MESSAGE_LENGTH = 300

# What sign-in hangs on and holds no secret by its meaning. A prefix ends with an underscore.
_SHOWN = frozenset(
    (
        "ACCOUNT_EMAIL_VERIFICATION",
        "ALLOWED_HOSTS",
        "APPEND_SLASH",
        "ASGI_APPLICATION",
        "AUTHENTICATION_BACKENDS",
        "AUTH_USER_MODEL",
        "CSP_FORM_ACTION",
        "DATA_UPLOAD_MAX_MEMORY_SIZE",
        "DATA_UPLOAD_MAX_NUMBER_FIELDS",
        "DEBUG",
        "DEFAULT_FROM_EMAIL",
        "EMAIL_BACKEND",
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_USE_SSL",
        "EMAIL_USE_TLS",
        "FORCE_SCRIPT_NAME",
        "INSTALLED_APPS",
        "LANGUAGE_CODE",
        "LOGIN_REDIRECT_URL",
        "LOGIN_URL",
        "LOGOUT_REDIRECT_URL",
        "MAINTENANCE_MODE",
        "MEDIA_URL",
        "MIDDLEWARE",
        "OIDC_RP_SCOPES",
        "OIDC_RP_SIGN_ALGO",
        "PASSWORD_HASHERS",
        "PREPEND_WWW",
        "PASSWORD_RESET_TIMEOUT",
        "ROOT_URLCONF",
        "SERVER_EMAIL",
        "SITE_ID",
        "STATIC_URL",
        "TIME_ZONE",
        "USE_TZ",
        "USE_X_FORWARDED_HOST",
        "USE_X_FORWARDED_PORT",
        "WSGI_APPLICATION",
    )
)
_SHOWN_PREFIXES = ("SESSION_", "CSRF_", "SECURE_")
_SHOWN_LEAVES = {
    "DATABASES": frozenset(("ENGINE", "NAME", "HOST", "PORT", "CONN_MAX_AGE", "ATOMIC_REQUESTS")),
    "CONTENT_SECURITY_POLICY": frozenset(("form-action",)),
    "CACHES": frozenset(("BACKEND", "LOCATION", "KEY_PREFIX", "KEY_FUNCTION", "VERSION", "TIMEOUT")),
}


def digest(key: bytes, value: object) -> str:
    """`digest:` and eight hex digits, the same for equal values under one key; it cannot be turned back."""
    if isinstance(value, bytes):  # a key is the same key as bytes and as text
        value = value.decode("utf-8", "surrogateescape")
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=_plain)
    return "digest:" + hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:8]


def is_secret_name(name: str) -> bool:
    """Whether a setting, key or variable of that name may hold a secret."""
    return bool(_SECRET_NAME.search(name)) and name not in _SHOWN


def is_unknown(value: object) -> bool:
    """Whether the value is a placeholder of a template, or stands for a variable that is not set here."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return isinstance(value, str) and (UNSET in value or bool(_PLACEHOLDER.search(value)))


def without_people(text: str, key: bytes) -> str:
    """The text with names and passwords in addresses, and `password=…` parts, as digests."""
    text = _URL_PERSON.sub(lambda match: match.group(1) + digest(key, match.group(0)) + "@", text)
    text = _URL_HALF.sub(lambda match: match.group(1) + digest(key, match.group(0)), text)
    return _INLINE.sub(lambda match: match.group(1) + digest(key, match.group(0)), text)


def shown(pointer: str, value: object, key: bytes) -> object:
    """The value as people may see it: plain JSON, a digest, or None when it is not known.

    `pointer` is the setting's name, with `.` between it and the keys below, for example `DATABASES.default.NAME`.
    """
    if is_unknown(value):
        return None
    if isinstance(value, (list, tuple)) and is_secret_name(pointer):
        return [None if is_unknown(item) else digest(key, item) for item in value]
    if not _may_be_shown(pointer):
        return digest(key, value) if value not in ("", None, [], (), {}) else value
    return _clear(value, key)


def message_of(error: BaseException, key: bytes, secrets: tuple[str, ...]) -> str:
    """The error's message in one line, without any of the known secrets.

    Errors about values quote the value, whatever it is: what stands in quotes is left out of those.
    """
    text = " ".join(str(error).split()).replace(UNSET, "$")
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, digest(key, secret))
    if isinstance(error, (ValueError, TypeError, LookupError, ArithmeticError)) or type(error) is Exception:
        text = _QUOTED.sub("'…'", text)
    return without_people(text, key)[:_MESSAGE_LENGTH]


def secrets_within(value: object, name: str = "", depth: int = 4) -> list[str]:
    """Every text below a name that may hold a secret, in dicts and lists too; shorter than four signs says nothing."""
    if isinstance(value, dict) and depth:
        return [s for key, item in list(value.items()) for s in secrets_within(item, f"{name}_{key}", depth - 1)]
    if isinstance(value, (list, tuple)) and depth:
        return [s for item in value for s in secrets_within(item, name, depth - 1)]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return [value] if isinstance(value, str) and len(value) > 3 and is_secret_name(name) else []


def secrets_of_environment() -> list[str]:
    """The values of environment variables whose names speak of secrets."""
    return [value for name, value in os.environ.items() if is_secret_name(name) and len(value) > 3]


def _may_be_shown(pointer: str) -> bool:
    name, _, below = pointer.partition(".")
    if name in _SHOWN_LEAVES:
        leaf = below.partition(".")[2]
        return leaf in _SHOWN_LEAVES[name]
    return name in _SHOWN or (name.startswith(_SHOWN_PREFIXES) and not is_secret_name(pointer))


def _clear(value: object, key: bytes) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [None if is_unknown(item) else _clear(item, key) for item in items]
    if isinstance(value, dict):
        return {str(name): _clear(item, key) for name, item in value.items()}
    return without_people(str(value), key)


def _plain(value: object) -> str:
    """Objects by their class alone: their repr may hold an address in memory that differs in every run."""
    if isinstance(value, (bytes, os.PathLike)):
        return str(value)
    return type(value).__qualname__
