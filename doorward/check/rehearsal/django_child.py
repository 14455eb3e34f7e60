"""Run by the project's own interpreter in the scratch copy: one worker; the first makes database and account ready.

In: one JSON request, the first line of standard input. Out: one JSON line on what was standard output: the port that is
served and what the settings say of the site, or the class of what went wrong (never its message, which may hold a
secret). It ends when standard input does. Nothing outside the scratch folder is written, and nothing is connected to:
databases and caches that other processes hold are replaced by files of the scratch, one for each place that the
settings name. Needs nothing but the standard library and the project's Django; runs on any Python that it runs on.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import re
import shutil
import sys
import threading
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

_IN_MEMORY = ("", ":memory:")
# Log handlers that write or send beyond standard error.
_SPEAKING = ("SysLogHandler", "SMTPHandler", "SocketHandler", "DatagramHandler", "HTTPHandler", "AdminEmailHandler")

# Settings that name a provider, and the origins in them.
ELSEWHERE = re.compile("OIDC|OAUTH|OPENID|SSO|SOCIAL|AUTHLIB|ISSUER|PROVIDER|KEYCLOAK|COGNITO|OKTA|AUTH0")
ORIGIN = re.compile(r"https?://[^/\s?#\"']+")


def sibling(name: str) -> Any:
    """A module beside this script; first asked for while the script's folder is where Python imports from."""
    return importlib.import_module(name)


class Scratch:
    """The scratch folder, and what stands in it for a place that the settings name."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.root = os.path.realpath(request["scratch"])
        self.made: list[str] = []

    def holds(self, path: str) -> bool:
        """Whether the path lies in the scratch folder."""
        return os.path.realpath(path).startswith(self.root + os.sep)

    def place(self, kind: str, *named: Any) -> str:
        """A path of the scratch for that place, the same for whoever names it so."""
        mark = hashlib.sha256(repr((kind, named)).encode()).hexdigest()[:16]
        folder = os.path.join(self.root, "stores")
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, kind + "-" + mark)

    def move_databases(self, settings: Any) -> None:
        """Every database becomes a file of the scratch: a copy of the file that it is, else a new one."""
        for alias, table in settings.DATABASES.items():
            engine, name = str(table.get("ENGINE", "")), str(table.get("NAME") or "")
            if engine.endswith("dummy") or not engine or not is_there(engine):
                continue
            is_file = "sqlite3" in engine and name not in _IN_MEMORY and "mode=memory" not in name
            if is_file and self.holds(name):
                continue
            # A server may have two addresses, and a replica has another than its source: the name decides.
            path = self.place("database", engine, name)
            if is_file:
                self.bring(name, path)
            else:
                self.made.append(alias)
                table.update(ENGINE="django.db.backends.sqlite3", OPTIONS={}, USER="", PASSWORD="", HOST="", PORT="")
            table["NAME"] = path

    def bring(self, name: str, path: str) -> None:
        """Copies a database file once, with the journal that belongs to it."""
        if os.path.exists(path) or not os.path.isfile(name):
            return
        for suffix in ("", "-wal", "-journal"):
            if os.path.isfile(name + suffix):
                shutil.copy2(name + suffix, path + suffix)

    def move_caches(self, settings: Any) -> None:
        """A cache that another process holds becomes a folder; one whose class cannot be had stays as it is."""
        from django.utils.module_loading import import_string  # noqa: PLC0415 — the project's Django

        for table in settings.CACHES.values():
            backend, location = str(table.get("BACKEND", "")), table.get("LOCATION", "")
            if backend.endswith(("LocMemCache", "DummyCache", "DatabaseCache")):
                continue
            if backend.endswith("FileBasedCache") and self.holds(str(location)):
                continue
            try:
                import_string(backend)
            except ImportError:
                continue
            table.update(
                BACKEND="django.core.cache.backends.filebased.FileBasedCache",
                LOCATION=self.place("cache", backend, location),
                OPTIONS={},
            )

    def quiet(self, settings: Any) -> None:
        """No mail, no log beyond this process, no session file outside the scratch."""
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        for name, handler in (settings.LOGGING or {}).get("handlers", {}).items():
            if "filename" in handler or str(handler.get("class", "")).endswith(_SPEAKING):
                settings.LOGGING["handlers"][name] = {"class": "logging.NullHandler"}
        folder = settings.SESSION_FILE_PATH
        if folder and not self.holds(str(folder)) and os.path.isdir(str(folder)):
            settings.SESSION_FILE_PATH = self.place("sessions", str(folder))
            os.makedirs(settings.SESSION_FILE_PATH, exist_ok=True)


def is_there(engine: str) -> bool:
    """Whether there is such an engine, be its library here or not; one that is misspelt stays so, and fails."""
    try:
        return importlib.util.find_spec(engine + ".base") is not None
    except ImportError:
        return False


def started(request: dict[str, Any]) -> tuple[Any, Scratch]:
    """Django with the settings in force, its stores moved into the scratch."""
    from django.conf import settings  # noqa: PLC0415 — the project's Django, which may be missing

    scratch = Scratch(request)
    scratch.move_databases(settings)
    scratch.move_caches(settings)
    scratch.quiet(settings)
    import django  # noqa: PLC0415

    django.setup()
    return settings, scratch


def prepare(settings: Any, scratch: Scratch, request: dict[str, Any]) -> dict[str, Any]:
    """The databases that are new get their tables; the scratch account is made; what the settings say of the site."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    empty = [alias for alias in scratch.made if not connections[alias].introspection.table_names()]
    if request["is_old"]:
        empty = [alias for alias in connections if not connections[alias].introspection.table_names()]
    for alias in empty:
        call_command("migrate", database=alias, run_syncdb=True, interactive=False, verbosity=0)
    if request["is_old"] or "default" in empty:
        sibling("child_account").make(settings.AUTH_USER_MODEL, request)
    connections.close_all()
    return site_of(settings, request["account"])


def site_of(settings: Any, account: str) -> dict[str, Any]:
    """What decides at which address the site is rehearsed."""
    header = settings.SECURE_PROXY_SSL_HEADER
    secure = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    from django.apps import apps  # noqa: PLC0415

    return {
        "hosts": [str(host) for host in settings.ALLOWED_HOSTS],
        "https": any(getattr(settings, name) is True for name in secure),
        "proxy_header": list(header) if header else [],
        "forwarded_host": bool(settings.USE_X_FORWARDED_HOST),
        "redirects": bool(settings.SECURE_SSL_REDIRECT),
        "origins": [str(origin) for origin in settings.CSRF_TRUSTED_ORIGINS],
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "account": str(sibling("child_account").name_of(apps.get_model(settings.AUTH_USER_MODEL), account)),
        "providers": providers(settings),
        "sign_algorithm": sign_algorithm(settings),
        "admin": admin_page() if apps.is_installed("django.contrib.admin") else "",
    }


def providers(settings: Any) -> list[str]:
    """The origins that the settings name for a sign-in elsewhere."""
    found: dict[str, None] = {}

    def search(value: Any) -> None:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (list, tuple, set)):
            for item in value:
                search(item)
        elif isinstance(value, str):
            found.update(dict.fromkeys(ORIGIN.findall(value)))

    for name in dir(settings):
        if name.isupper() and ELSEWHERE.search(name):
            search(getattr(settings, name))
    return list(found)


def sign_algorithm(settings: Any) -> str:
    """What the provider signs with: mozilla-django-oidc expects HS256 unless told, others read it from discovery."""
    default = "HS256" if hasattr(settings, "OIDC_RP_CLIENT_ID") else "RS256"
    return str(getattr(settings, "OIDC_RP_SIGN_ALGO", default))


def admin_page() -> str:
    """The address of Django's own administration, empty if the site has none."""
    from django.urls import NoReverseMatch, reverse  # noqa: PLC0415

    try:
        return reverse("admin:index")
    except NoReverseMatch:
        return ""


class Quiet(WSGIRequestHandler):
    """Without a log, and without asking the network for the name of who calls."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def get_environ(self) -> dict[str, Any]:
        """The scheme as the proxy in front says it, where the server and not the settings believe it."""
        environ: dict[str, Any] = super().get_environ()
        if environ.pop("HTTP_X_REHEARSAL_HTTPS", ""):
            environ["HTTPS"] = "on"
        return environ

    def address_string(self) -> str:
        """The address alone."""
        return str(self.client_address[0])


def serve() -> WSGIServer:
    """The project's application, ready to serve."""
    from django.core.servers.basehttp import get_internal_wsgi_application  # noqa: PLC0415

    return make_server("127.0.0.1", 0, get_internal_wsgi_application(), handler_class=Quiet)


def failure(kind: type, writes: Any) -> str:
    """Whatever the project raised, exit included: its class is all that is said, and what it was kept from writing."""
    return kind.__name__ + (f": would write to {writes.refused[-1]}" if writes.refused else "")


def main() -> None:
    """One request, one answer; a worker then serves until standard input ends."""
    answer_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.readline())

    def told(answer: dict[str, Any]) -> None:
        answer_to.write(json.dumps(answer) + "\n")
        answer_to.flush()

    limits = sibling("child_limits")
    sibling("child_account")
    writes = limits.hold_writes(request["scratch"])
    sys.excepthook = lambda kind, *_: told({"failure": failure(kind, writes)})
    sys.path[0] = os.getcwd()
    os.environ["DJANGO_SETTINGS_MODULE"] = request["module"]
    limits.hold_network(request["routes"])
    importlib.import_module(request["module"])
    settings, scratch = started(request)
    site = prepare(settings, scratch, request) if request["prepares"] else {}
    server = serve()
    told({"port": server.server_address[1], **site})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
