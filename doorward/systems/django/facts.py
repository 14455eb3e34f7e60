"""What the child said of a project's settings, in; Facts with their places, out. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

from doorward.model.fact import Cookie, Endpoint, Fact, Flow, SessionLife, SigningKey, Store, Where
from doorward.systems.django.report import Report

Place = Callable[[str], Where]

_SINGLE_SIGN_ON = {
    "mozilla_django_oidc": "client",
    "allauth.socialaccount": "client",
    "social_django": "client",
    "djangosaml2": "client",
    "django_cas_ng": "client",
    "oauth2_provider": "provider",
    "oidc_provider": "provider",
}
_LISTS = {
    "middleware": "MIDDLEWARE",
    "backends": "AUTHENTICATION_BACKENDS",
    "hashers": "PASSWORD_HASHERS",
    "apps": "INSTALLED_APPS",
    "allowed-hosts": "ALLOWED_HOSTS",
    "trusted-origins": "CSRF_TRUSTED_ORIGINS",
}
_ROLES = {
    "middleware-roles": "MIDDLEWARE",
    "backend-roles": "AUTHENTICATION_BACKENDS",
    "hash-algorithms": "PASSWORD_HASHERS",
}
_SWITCHES = {
    "debug": "DEBUG",
    "https-redirect": "SECURE_SSL_REDIRECT",
    "forwarded-host": "USE_X_FORWARDED_HOST",
    "append-slash": "APPEND_SLASH",
    "prepend-www": "PREPEND_WWW",
}
_WORDS = {
    "https-host": "SECURE_SSL_HOST",
    "user-model": "AUTH_USER_MODEL",
    "mail-backend": "EMAIL_BACKEND",
    "urls": "ROOT_URLCONF",
    "script-name": "FORCE_SCRIPT_NAME",
    "referrer-policy": "SECURE_REFERRER_POLICY",
}
_NUMBERS = {
    "most-fields": "DATA_UPLOAD_MAX_NUMBER_FIELDS",
    "most-bytes": "DATA_UPLOAD_MAX_MEMORY_SIZE",
}
_JSON = "django.contrib.sessions.serializers.JSONSerializer"
"""Stands for every serializer that writes the same: what it wrote, this one reads."""
_STORE = ("SESSION_ENGINE", "SESSION_SERIALIZER", "SESSION_CACHE", "SESSION_FILE", "CACHES", "INSTALLED_APPS")
_PERSON = re.compile(r"://[^/@\s]*@")
_OF_AUTH = frozenset(("backends", "hashers", "user-model"))


def facts(report: Report, place: Place, constant: bool | None) -> tuple[Fact, ...]:
    """Every Fact of the settings. `constant` = the signing key is the same at every start, None if not known."""
    return (*_keys(report, place, constant), *_session(report, place), *_flows(report, place), *_pages(report, place))


def _keys(report: Report, place: Place, constant: bool | None) -> Iterator[Fact]:
    yield SigningKey(place("SECRET_KEY"), "session", report.text("SECRET_KEY"), constant=constant)
    former = report.values.get("SECRET_KEY_FALLBACKS")
    for number, digest in enumerate(former if isinstance(former, list) else []):
        where = place(f"SECRET_KEY_FALLBACKS.{number}")
        yield SigningKey(where, "session", digest if isinstance(digest, str) else None, fallback=True)


def _session(report: Report, place: Place) -> Iterator[Fact]:
    ends = report.truth("SESSION_EXPIRE_AT_BROWSER_CLOSE")
    yield SessionLife(place("SESSION_COOKIE_AGE"), report.number("SESSION_COOKIE_AGE"), bool(ends))
    if "session" in report.roles.get("MIDDLEWARE", ()) or not report.roles:
        yield _cookie(report, place, "session")
        yield _store(report, place)
    if "csrf" in report.roles.get("MIDDLEWARE", ()) or not report.roles:
        yield _cookie(report, place, "csrf")


def _cookie(report: Report, place: Place, purpose: str) -> Cookie:
    prefix = f"{purpose.upper()}_COOKIE_"
    same_site = report.values.get(prefix + "SAMESITE")
    return Cookie(
        where=place(prefix + "NAME"),
        purpose=purpose,
        name=report.text(prefix + "NAME"),
        domain=report.text(prefix + "DOMAIN"),
        path=report.text(prefix + "PATH"),
        secure=report.truth(prefix + "SECURE"),
        same_site=same_site if isinstance(same_site, str) else "",
        life_s=report.number(prefix + "AGE") if purpose == "csrf" else None,
        in_session=purpose == "csrf" and bool(report.truth("CSRF_USE_SESSIONS")),
    )


def _store(report: Report, place: Place) -> Store:
    """The engine by its known role where it is a class of that kind, else by its own name."""
    engine = report.text("SESSION_ENGINE")
    role = next(iter(report.roles.get("SESSION_ENGINE", ())), "")
    cache = next(iter(report.roles.get("CACHES", ())), "")
    broken = tuple(f"{fault.setting}: {fault.why}" for fault in report.broken if fault.setting.startswith(_STORE))
    return Store(
        where=place("SESSION_ENGINE"),
        engine=next(iter(report.roles.get("SESSION_ENGINE_SAME", ())), _short(engine)),
        serializer=_JSON if "json" in report.roles.get("SESSION_SERIALIZER", ()) else report.text("SESSION_SERIALIZER"),
        place=_place_digest(report, role),
        shared=cache != "process" if role == "cache" and cache else (True if role else None),
        importable=None if not report.roles else not broken,
        keeps=cache != "none" if role == "cache" and cache else (True if role else None),
        broken=broken,
        holds=_holds(report) if role == "cache" else None,
    )


def _holds(report: Report) -> int | None:
    """How many entries the cache holds; None for a cache that says nothing of it, as Redis and Memcached do."""
    told = next(iter(report.roles.get("CACHE_HOLDS", ())), "")
    return int(told) if told.isdigit() else None


def _short(engine: str | None) -> str | None:
    """Django's own engines by their short names, as the school's TOML has them."""
    return engine.removeprefix("django.contrib.sessions.backends.") if engine else None


def _place_digest(report: Report, role: str) -> str | None:
    """A digest of where rows or entries lie; hosts are left out, for a database may have two addresses, and so is who
    asks: another password opens the same place."""
    if role in ("db", "cached_db"):
        parts = [report.values.get(f"DATABASES.default.{key}") for key in ("ENGINE", "NAME")]
    elif role == "cache":
        alias = f"CACHES.{report.text('SESSION_CACHE_ALIAS') or 'default'}"
        parts = [report.values.get(f"{alias}.{key}") for key in ("LOCATION", "KEY_PREFIX", "VERSION")]
        parts[0] = _PERSON.sub("://", str(parts[0]))
        own = report.values.get(f"{alias}.KEY_FUNCTION")
        parts += [own] if own else []
    elif role == "file":
        parts = [report.values.get("SESSION_FILE_PATH")]
    else:  # an engine of its own: django-redis-sessions says in settings of this name where it keeps them
        named = sorted(pointer for pointer in report.values if pointer.startswith("SESSION_REDIS"))
        parts = [(name, _PERSON.sub("://", str(report.values[name]))) for name in named if not _is_person(name)]
        if not parts:
            return None
    parts += report.roles.get("SESSION_ROWS", ())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _is_person(pointer: str) -> bool:
    """Whether the setting says who asks, and not where."""
    return pointer.lower().endswith(("password", "username", "user"))


def _flows(report: Report, place: Place) -> Iterator[Fact]:
    for name, setting in _LISTS.items():
        if name not in _OF_AUTH or report.has_auth:
            yield Flow(place(setting), name, _list(report, setting), report.broken_at(setting))
    for name, setting in _ROLES.items():
        if setting in report.roles:
            yield Flow(place(setting), name, report.roles[setting])
    for name, setting in _SWITCHES.items():
        on = report.truth(setting)
        yield Flow(place(setting), name, None if on is None else ("on" if on else "off",))
    for name, setting in _WORDS.items():
        word = report.text(setting)
        if name not in _OF_AUTH or report.has_auth:
            yield Flow(place(setting), name, (word,) if word else None, report.broken_at(setting))
    yield from _parts(report, place)
    header = report.values.get("SECURE_PROXY_SSL_HEADER")
    yield Flow(place("SECURE_PROXY_SSL_HEADER"), "https-header", _header(header))
    if report.has_auth:
        yield Flow(place("DATABASES"), "database", None, report.broken_at("DATABASES", "DATABASES.default.NAME"))
    yield from _single_sign_on(report, place)


def _parts(report: Report, place: Place) -> Iterator[Flow]:
    """What forms may be as large as, and what requests lack."""
    for name, setting in _NUMBERS.items():
        number = report.number(setting)
        yield Flow(place(setting), name, None if number is None else (str(number),))
    for lacking in report.lacking:
        named = f"{lacking.value}: {lacking.why}" if lacking.value else lacking.why
        yield Flow(place(lacking.setting), "lacking", (lacking.need,), (named,))


def _list(report: Report, setting: str) -> tuple[str, ...] | None:
    """Of origins in one text Django takes each sign for one, and none of them is an origin."""
    if setting == "CSRF_TRUSTED_ORIGINS" and report.text(setting):
        return ()
    return report.texts(setting)


def _header(header: object) -> tuple[str, ...] | None:
    """() when the setting is off; None when it is unknown is not told apart, for None is how it is switched off."""
    if not header:
        return ()
    return tuple(str(part) for part in header) if isinstance(header, list) else (str(header),)


def _single_sign_on(report: Report, place: Place) -> Iterator[Flow]:
    apps = report.texts("INSTALLED_APPS") or ()
    for app, side in _SINGLE_SIGN_ON.items():
        if any(name == app or name.startswith(app + ".") for name in apps):
            yield Flow(place("INSTALLED_APPS"), f"single-sign-on-{side}", (app,))
    if answer := report.roles.get("SINGLE_SIGN_ON_ANSWER"):
        yield Flow(place("OIDC_AUTH_REQUEST_EXTRA_PARAMS"), "single-sign-on-answer", answer)


def _pages(report: Report, place: Place) -> Iterator[Fact]:
    if not report.has_auth:
        return
    for purpose, setting in (("sign-in", "LOGIN_URL"), ("after-sign-in", "LOGIN_REDIRECT_URL")):
        told = report.pages.get(setting)
        yield Endpoint(
            where=place(setting),
            purpose=purpose,
            url=report.text(setting),
            answers=told.answers if told else None,
            guarded=told.guarded if told else None,
            chosen=setting in report.chosen,
        )
        if told and told.is_provider:
            yield Flow(place(setting), "sign-in-by-provider", ("on",))
    if told := report.pages.get("admin:index"):
        yield Endpoint(place("ROOT_URLCONF"), "administration", told.path, told.answers)
    for name in ("oidc_authentication_init", "oidc_authentication_callback"):
        if told := report.pages.get(name):
            yield Endpoint(place("MIDDLEWARE"), "single-sign-on", name, told.answers, told.guarded)
