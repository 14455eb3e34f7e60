"""Run by the project's own interpreter: one worker of one of the school's two services, over scratch stores.

In and out as in `django_child.py`, whose pieces it uses; the project's folder is only read. A service may reach the
other one, at the addresses that its configuration names: they lead to the proxies of the rehearsal, and nowhere else.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from typing import Any
from wsgiref.simple_server import make_server

# The script's folder is the first place to import from, until the project's takes its place.
ours: Any = importlib.import_module("django_child")
limits: Any = importlib.import_module("child_limits")

COURSE = "rehearsal"


def make_person(request: dict[str, Any]) -> None:
    """The scratch account at the provider: staff, who may open every course."""
    model = importlib.import_module("school.auth.models").Account
    model.objects.filter(username=request["account"]).delete()
    account = model(username=request["account"], name="Rehearsal", mail="rehearsal@example.com", role="staff")
    account.set_password(request["password"])
    account.save()


def make_course() -> None:
    """The page of the portal that the rehearsal opens."""
    model = importlib.import_module("school.portal.models").Course
    model.objects.get_or_create(slug=COURSE, defaults={"title": "Rehearsal", "subject": "None", "summary": "None"})


def prepare(request: dict[str, Any]) -> None:
    """Tables, and what must stand in them; made from the models at once, which is quicker than one migration a step."""
    from django.apps import apps  # noqa: PLC0415 — the project's Django
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    if request["service"] == "auth":
        make_person(request)
    else:
        make_course()
    connections.close_all()


def handler(peer: str, trusted: tuple[str, ...]) -> type:
    """Answers as the school's own server does behind a proxy at that address, which it believes where it is trusted."""

    class Handler(ours.Quiet):  # type: ignore[misc]  # the sibling is found when this runs
        def get_environ(self) -> dict[str, Any]:
            environ: dict[str, Any] = super().get_environ()
            environ["REMOTE_ADDR"] = peer
            if peer in trusted and environ.get("HTTP_X_FORWARDED_PROTO") == "https":
                environ["HTTPS"] = "on"
            return environ

    return Handler


def started(request: dict[str, Any]) -> Any:
    """The service's settings in force, its caches moved into the scratch, its mail and logs silenced."""
    settings = importlib.import_module("django.conf").settings
    scratch = ours.Scratch(request)
    scratch.move_caches(settings)
    scratch.quiet(settings)
    importlib.import_module("django").setup()
    return settings


def main() -> None:
    """One request, one answer; a worker then serves until standard input ends."""
    answer_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.readline())

    def told(answer: dict[str, Any]) -> None:
        answer_to.write(json.dumps(answer) + "\n")
        answer_to.flush()

    writes = limits.hold_writes(request["scratch"])
    sys.excepthook = lambda kind, *_: told({"failure": ours.failure(kind, writes)})
    sys.path[0] = request["project"]
    service = request["service"]
    os.environ["DJANGO_SETTINGS_MODULE"] = f"school.{service}.settings"
    os.environ[f"SCHOOL_{service.upper()}_CONFIG"] = request["config"]
    limits.hold_network(request["routes"])
    settings = started(request)
    if request["prepares"]:
        prepare(request)
    application = importlib.import_module(f"school.{service}.wsgi").application
    trusted = (settings.SCHOOL_AUTH if service == "auth" else settings.CONFIG).proxy.trusted
    server = make_server("127.0.0.1", 0, application, handler_class=handler(request["peer"], trusted))
    told({"port": server.server_address[1]})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
