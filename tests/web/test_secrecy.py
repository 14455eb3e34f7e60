"""No page, header or store of the dashboard holds a secret, a token, a session or who a person is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings as django_settings
from django.test import Client

from doorward.settings import Settings
from doorward.web import setup_link
from doorward.web.menu import MENU

from . import story
from .conftest import PASSWORD


def test_pages_hold_no_session_hash_no_key_and_no_password(operator: Client, now: datetime) -> None:
    incident = story.tell(now, "resolved")
    for address in ("/", *(f"/{name}/" for _, _, name in MENU), f"/incidents/{incident}/", "/health/"):
        page = operator.get(address).content.decode()
        for secret in (django_settings.SECRET_KEY, PASSWORD, f"{7:016x}", operator.cookies["doorward_session"].value):
            assert secret not in page, address


def test_the_database_holds_neither_password_nor_link(visitor: Client, guarded: Settings) -> None:
    link = setup_link.first_run_link("http://testserver")
    assert link is not None
    token = link.split("/")[-2]
    visitor.post(f"/set-up/{token}/", {"username": "mara", "password": PASSWORD, "again": PASSWORD})
    visitor.post("/sign-in/", {"username": "mara", "password": "wrong-" + PASSWORD})
    kept = b"".join(path.read_bytes() for path in Path(guarded.state).rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept
    assert token.encode() not in kept


def test_cookies_of_the_dashboard_are_out_of_reach_of_scripts_and_other_sites(operator: Client) -> None:
    operator.get("/sign-in/")
    operator.post("/sign-out/")
    operator.post("/sign-in/", {"username": "mara", "password": PASSWORD})
    cookie = operator.cookies["doorward_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
