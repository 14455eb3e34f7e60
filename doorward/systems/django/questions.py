"""What only the project's own code can tell: can this class be had, what kind of class is it, is there a page here?

Run in the child process, after the project's Django has started. `attempt` runs foreign code; `why` words a failure,
and is None where the only trouble is that a check opens no database.
"""

from __future__ import annotations

import importlib
import os
from functools import partial
from typing import Any, Callable, Mapping, Sequence  # noqa: UP035 — older interpreters read this file too

Attempt = Callable[[Callable[[], Any]], Any]
Why = Callable[[BaseException], Any]
Roles = Mapping[str, Sequence[str]]

# Role -> the classes that have it, and hand it on to what is made from them; the first role that fits holds.
MIDDLEWARE_ROLES = {
    "session": ("django.contrib.sessions.middleware.SessionMiddleware",),
    "auth": ("django.contrib.auth.middleware.AuthenticationMiddleware",),
    "csrf": ("django.middleware.csrf.CsrfViewMiddleware",),
    "login-required": ("django.contrib.auth.middleware.LoginRequiredMiddleware",),
    "https": ("django.middleware.security.SecurityMiddleware",),
}
BACKEND_ROLES = {
    "remote-user": ("django.contrib.auth.backends.RemoteUserBackend",),
    "provider": (
        "mozilla_django_oidc.auth.OIDCAuthenticationBackend",
        "social_core.backends.base.BaseAuth",
        "djangosaml2.backends.Saml2Backend",
        "django_cas_ng.backends.CASBackend",
    ),
    "password": ("django.contrib.auth.backends.ModelBackend",),
}
CACHE_ROLES = {
    "none": ("django.core.cache.backends.dummy.DummyCache",),
    "process": ("django.core.cache.backends.locmem.LocMemCache",),
}
CULLING_ROLES = {
    "files": ("django.core.cache.backends.filebased.FileBasedCache",),
    "rows": ("django.core.cache.backends.db.DatabaseCache",),
}
ENGINE_ROLES = {
    "cached_db": "django.contrib.sessions.backends.cached_db",
    "cache": "django.contrib.sessions.backends.cache",
    "file": "django.contrib.sessions.backends.file",
    "signed_cookies": "django.contrib.sessions.backends.signed_cookies",
    "db": "django.contrib.sessions.backends.db",
}

_TO_PROVIDER = "oidc_authentication_init"
# What a session engine is asked for; one that changes none of them finds what its parent wrote.
_STEPS = ("encode", "decode", "load", "save", "exists", "delete", "_hash")


def answers(settings: Any, attempt: Attempt, why: Why) -> dict[str, Any]:
    """`broken`: setting, value and why, of what cannot be had; `roles`: what kind each class is; `pages`."""
    asker = Asker(settings, attempt, why)
    asker.middleware()
    if "session" in asker.roles.get("MIDDLEWARE", []):
        asker.sessions()
    if asker.has_auth:
        asker.backends()
        asker.hashers()
        asker.user_model()
        asker.database()
    asker.pages()
    asker.provider()
    return {"broken": asker.broken, "roles": asker.roles, "pages": asker.told_pages, "has_auth": asker.has_auth}


class Asker:
    """Collects the answers; each question is asked by itself, so that one failure hides no other."""

    def __init__(self, settings: Any, attempt: Attempt, why: Why) -> None:
        self.settings, self.attempt, self.why = settings, attempt, why
        self.broken: list[dict[str, str]] = []
        self.roles: dict[str, list[str]] = {}
        self.told_pages: dict[str, dict[str, Any]] = {}
        self.has_auth = bool(self.tried("INSTALLED_APPS", "", lambda: _apps().is_installed("django.contrib.auth")))

    def tried(self, setting: str, value: str, function: Callable[[], Any]) -> Any:
        """What the function gives; None after noting why not."""
        found, error = self.attempt(function)
        if error is not None:
            why = self.why(error)
            if why is not None:
                self.broken.append({"setting": setting, "value": value, "why": why})
        return found

    def classes(self, setting: str, roles: Roles) -> None:
        """Imports each class that the setting names and finds its role, else keeps its own name."""
        self.roles[setting] = []
        for dotted in getattr(self.settings, setting):
            found = self.tried(setting, dotted, partial(_import_string, dotted))
            self.roles[setting].append(self.role_of(found, roles) or dotted)

    def role_of(self, found: Any, roles: Roles) -> str:
        """By the names of the classes that it is made from, so that nothing is imported to compare with."""
        names = {kind.__module__ + "." + kind.__qualname__ for kind in getattr(found, "__mro__", ())}
        return next((role for role, known in roles.items() if names.intersection(known)), "")

    def middleware(self) -> None:
        self.classes("MIDDLEWARE", MIDDLEWARE_ROLES)

    def backends(self) -> None:
        self.classes("AUTHENTICATION_BACKENDS", BACKEND_ROLES)

    def sessions(self) -> None:
        """The engine, its serializer, its cache or folder."""
        engine = self.settings.SESSION_ENGINE
        serializer = self.settings.SESSION_SERIALIZER
        writer = self.tried("SESSION_SERIALIZER", str(serializer), lambda: _import_string(serializer))
        written, _ = self.attempt(partial(_written, writer))
        usual, _ = self.attempt(lambda: _written(_import_string("django.contrib.sessions.serializers.JSONSerializer")))
        if written is not None and written == usual:
            self.roles["SESSION_SERIALIZER"] = ["json"]
        store = self.tried("SESSION_ENGINE", engine, partial(_session_store, engine))
        if hasattr(store, "get_model_class"):
            self.tried("INSTALLED_APPS", engine, store.get_model_class)
        role = self.engine_role(store)
        self.roles["SESSION_ENGINE"] = [role]
        self.own_engine(store, role)
        if role in ("cache", "cached_db"):
            self.cache()
        if role == "file":
            self.folder()

    def engine_role(self, store: Any) -> str:
        for role, module in ENGINE_ROLES.items():
            parent, _ = self.attempt(partial(_session_store, module))
            if isinstance(store, type) and isinstance(parent, type) and issubclass(store, parent):
                return role
        return ""

    def own_engine(self, store: Any, role: str) -> None:
        """Whether an engine of the project reads and writes as Django's own does, and where if elsewhere."""
        parent, _ = self.attempt(partial(_session_store, ENGINE_ROLES.get(role, "")))
        if not role or store is parent:
            return
        steps = [getattr(store, name, None) for name in _STEPS]
        if all(str(getattr(step, "__module__", "django.")).startswith("django.") for step in steps):
            self.roles["SESSION_ENGINE_SAME"] = [role]
        places, _ = self.attempt(lambda: [_rows_of(kind) for kind in (store, parent)])
        if places and places[0] != places[1]:
            self.roles["SESSION_ROWS"] = [places[0]]

    def cache(self) -> None:
        alias = self.settings.SESSION_CACHE_ALIAS
        chosen = self.tried("SESSION_CACHE_ALIAS", alias, lambda: self.settings.CACHES[alias])
        if chosen is None:
            return
        dotted = str(chosen.get("BACKEND", ""))
        pointer = "CACHES." + alias + ".BACKEND"
        backend = self.tried(pointer, dotted, lambda: _import_string(dotted))
        self.roles["CACHES"] = [self.role_of(backend, CACHE_ROLES) or "shared"]
        if self.role_of(backend, CULLING_ROLES):
            self.roles["CACHE_HOLDS"] = [str(most_entries(chosen))]
        key = chosen.get("KEY_FUNCTION")
        if isinstance(key, str):
            self.tried("CACHES." + alias + ".KEY_FUNCTION", key, partial(_import_string, key))
        if dotted.endswith("redis.RedisCache") and dotted.startswith("django."):
            self.tried(pointer, dotted, lambda: importlib.import_module("redis"))

    def folder(self) -> None:
        folder = self.settings.SESSION_FILE_PATH
        if folder and not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
            self.broken.append({"setting": "SESSION_FILE_PATH", "value": "", "why": "no folder that can be written"})

    def database(self) -> None:
        """Whether there is a database at all; it stays closed, but a file that is not there holds nobody."""
        chosen = self.settings.DATABASES.get("default") or {}
        engine, name = str(chosen.get("ENGINE", "")), str(chosen.get("NAME") or "")
        if not engine or engine.endswith(".dummy"):
            self.broken.append({"setting": "DATABASES", "value": "", "why": "no database is set"})
        elif "sqlite3" in engine and name and "memory" not in name and not os.path.isfile(name.partition("?")[0]):
            self.broken.append({"setting": "DATABASES.default.NAME", "value": "", "why": "there is no such file"})

    def hashers(self) -> None:
        """The algorithm of each hasher, and whether the library that it needs is there."""
        self.roles["PASSWORD_HASHERS"] = []
        for dotted in self.settings.PASSWORD_HASHERS:
            hasher = self.tried("PASSWORD_HASHERS", dotted, partial(_made, dotted))
            self.roles["PASSWORD_HASHERS"].append(str(getattr(hasher, "algorithm", "")))
            if getattr(hasher, "library", None):
                self.tried("PASSWORD_HASHERS", dotted, hasher._load_library)

    def user_model(self) -> None:
        model = self.settings.AUTH_USER_MODEL
        self.tried("AUTH_USER_MODEL", model, lambda: _apps().get_model(model, require_ready=False))

    def pages(self) -> None:
        """Whether the service has pages where people are sent to sign in and after it."""
        urls = getattr(self.settings, "ROOT_URLCONF", None)
        if urls is None:
            return
        self.tried("ROOT_URLCONF", str(urls), self.patterns)
        if any(broken["setting"] == "ROOT_URLCONF" for broken in self.broken):
            return
        if self.is_administration_alone():
            found, _ = self.attempt(partial(self.page, "admin:index"))
            self.told_pages.update({"admin:index": found} if found else {})
            return
        for setting in ("LOGIN_URL", "LOGIN_REDIRECT_URL"):
            found, error = self.attempt(partial(self.page, str(getattr(self.settings, setting))))
            if error is None and found is not None:
                self.told_pages[setting] = found

    def provider(self) -> None:
        """How the provider answers, and whether the way there and back is open to people who are not signed in."""
        asked = [getattr(self.settings, "OIDC_AUTH_REQUEST_EXTRA_PARAMS", None)]
        clients = getattr(self.settings, "AUTHLIB_OAUTH_CLIENTS", None)
        for client in clients.values() if isinstance(clients, dict) else ():
            asked.append(client.get("authorize_params") if isinstance(client, dict) else None)
        modes = [str(one["response_mode"]) for one in asked if isinstance(one, dict) and "response_mode" in one]
        self.roles["SINGLE_SIGN_ON_ANSWER"] = modes[:1]
        for name in (_TO_PROVIDER, "oidc_authentication_callback"):
            found, error = self.attempt(partial(self.page, name))
            if error is None and found is not None and found["answers"]:
                self.told_pages[name] = found

    def is_administration_alone(self) -> bool:
        """Whether Django's own administration is all that there is: it has a sign-in page of its own."""
        patterns, _ = self.attempt(self.patterns)
        return bool(patterns) and all(getattr(one, "app_name", None) == "admin" for one in patterns)

    def patterns(self) -> Any:
        from django.urls import get_resolver  # noqa: PLC0415 — the project's Django

        return get_resolver().url_patterns

    def page(self, to: str) -> Any:
        """Whether the address answers and whether its view asks for a sign-in; None for an address elsewhere."""
        from django.urls import Resolver404, reverse  # noqa: PLC0415 — the project's Django
        from django.urls.exceptions import NoReverseMatch  # noqa: PLC0415

        if "//" in to:
            return None
        if "/" not in to:
            try:
                to = reverse(to)
            except NoReverseMatch:
                return {"answers": False, "guarded": None}
        try:
            view, name = _resolved(to)
            return {"answers": True, "guarded": self.guarded(view), "is_provider": name == _TO_PROVIDER, "path": to}
        except Resolver404:
            return self.with_slash(to)

    def with_slash(self, to: str) -> Any:
        """Django redirects to the address with a slash at its end, if it has a page there."""
        path = to.partition("?")[0]
        if self.settings.APPEND_SLASH and not path.endswith("/"):
            return self.page(path + "/")
        return {"answers": False, "guarded": None}

    def guarded(self, view: Any) -> Any:
        """Whether the view sends anonymous visitors to sign in: by a decorator, a mixin, or the middleware."""
        if getattr(view, "login_required", None) is False:
            return False
        shown = getattr(view, "view_class", None)
        names = {kind.__name__ for kind in getattr(shown, "__mro__", ())}
        decorated = False
        step = view
        while step is not None and not decorated:
            name = getattr(getattr(step, "__code__", None), "co_name", "")
            decorated = name in ("_view_wrapper", "_wrapped_view") and "user_passes_test" in step.__globals__
            step = getattr(step, "__wrapped__", None)
        if decorated or "LoginRequiredMixin" in names:
            return True
        return "login-required" in self.roles.get("MIDDLEWARE", [])


def most_entries(cache: dict[str, Any]) -> Any:
    """How many entries the cache holds before it drops a part of them, as Django's own base class reads it."""
    options = cache.get("OPTIONS", {})
    return cache.get("max_entries", options.get("MAX_ENTRIES", 300))


def _import_string(dotted: str) -> Any:
    from django.utils.module_loading import import_string  # noqa: PLC0415 — the project's Django

    return import_string(dotted)


def _written(serializer: Any) -> Any:
    """What it makes of a session: two that write the same read each other's."""
    return serializer().dumps({"_auth_user_id": "1", "number": 1})


def _made(dotted: str) -> Any:
    return _import_string(dotted)()


def _session_store(module: str) -> Any:
    return importlib.import_module(module).SessionStore


def _rows_of(store: Any) -> str:
    """The table, the prefix in the cache, and the name that the signature is made with."""
    table = store.get_model_class()._meta.db_table if hasattr(store, "get_model_class") else ""
    return ":".join((str(table), str(getattr(store, "cache_key_prefix", "") if not table else ""), store.__qualname__))


def _apps() -> Any:
    from django.apps import apps  # noqa: PLC0415 — the project's Django

    return apps


def _resolved(path: str) -> Any:
    from django.urls import resolve  # noqa: PLC0415 — the project's Django

    match = resolve(path.partition("?")[0])
    return match.func, match.url_name
