"""No page, header or store of the dashboard holds a secret, a token, a session or who a person is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings as django_settings
from django.test import Client

from doorward.probe.driver import run
from doorward.probe.plan import ProbePlan
from doorward.settings import Settings
from doorward.store import watching
from doorward.web import setup_link
from doorward.web.menu import MENU
from tests.probe.conftest import Mirror, mirror, serve  # noqa: F401  (fixtures)

from . import story
from .conftest import PASSWORD

NAME, WORD, MARK = "ada.lovelace", "canary-word", "canary-mark"


def test_pages_hold_no_session_hash_no_key_and_no_password(operator: Client, now: datetime) -> None:
    incident = story.tell(now, "resolved")
    for address in ("/", *(f"/{name}/" for _, _, name in MENU), f"/incidents/{incident}/", "/health/"):
        page = operator.get(address).content.decode()
        for secret in (django_settings.SECRET_KEY, PASSWORD, f"{7:016x}", operator.cookies["doorward_session"].value):
            assert secret not in page, address


def test_what_is_shown_of_a_probe_s_run_holds_no_secret_and_no_name_though_the_site_shows_them_all(
    operator: Client,
    mirror: Mirror,  # noqa: F811
) -> None:
    told = (NAME, WORD, MARK, mirror.new_secret())
    mirror.trail = tuple(f"/{secret}/?{secret}={secret}" for secret in told)
    plan = ProbePlan("auth", "form", mirror.address, account=(NAME, WORD), headers=(("X-Synthetic", MARK),))
    result = run(plan, datetime.now(UTC))
    assert len(result.steps) > len(told)
    assert result.notes
    watching.add_probe(result)
    page = operator.get("/probes/").content.decode()
    assert "Seen beside it" in page
    for secret in (*told, *mirror.secrets):
        assert secret not in page


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
