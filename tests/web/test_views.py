"""Every page, calm and in trouble: what people read, who may look, and what they never see."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from doorward.model.journey import ProbeOutcome
from doorward.store import log
from doorward.web import pages
from doorward.web.menu import MENU

from . import story

PAGES = ("/", *(f"/{name}/" for _, _, name in MENU), "/account/")


def text(client: Client, address: str) -> str:
    """The page as people read it: no markup, single spaces."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content[:400]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_for_an_operator_on_an_empty_store(operator: Client, address: str) -> None:
    assert operator.get(address).status_code == 200


def test_every_page_opens_in_the_middle_of_an_incident(operator: Client, now: datetime) -> None:
    story.tell(now, "acknowledged")
    story.traffic(now, hurt_for_s=170)
    story.probing(now, ProbeOutcome.FAILED)
    story.healthy(now)
    assert {address: operator.get(address).status_code for address in PAGES} == dict.fromkeys(PAGES, 200)


@pytest.mark.parametrize("address", [*PAGES, "/events/", "/incidents/2026-11-21-1/approve/"])
def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(visitor: Client, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=")


def test_menu_entries_all_lead_somewhere_and_stand_on_every_page(operator: Client) -> None:
    page = operator.get("/").content.decode()
    assert all(f'href="{reverse(name)}"' in page for _, _, name in MENU)


def test_a_calm_service_reads_people_can_sign_in(operator: Client, now: datetime) -> None:
    story.traffic(now)
    story.probing(now)
    story.healthy(now)
    page = text(operator, "/")
    assert "People can sign in" in page
    assert "works as usual" in page
    assert "Acknowledge" not in page


def test_a_probe_s_last_run_tells_where_each_step_s_time_went_and_what_was_seen_beside_it(
    operator: Client, now: datetime
) -> None:
    story.probing(now)
    page = text(operator, "/probes/")
    assert "302 11 ms dns 2 connect <1 tls 4 first byte 4 body <1 to the sign-in form" in page
    assert "302 92 ms first byte 92 body <1 to the authorize step" in page
    assert "Cookie portal_session is set without SameSite. The certificate of portal.school.example ends in" in page


def test_an_open_incident_stands_on_top_with_cause_wrong_trails_plan_and_two_buttons(
    operator: Client, now: datetime
) -> None:
    story.tell(now, "planned")
    page = text(operator, "/")
    assert "People cannot sign in: Sessions are refused because people's networks change" in page
    assert "81 of 180 people seen are affected (45 %)" in page
    assert "A configuration change of auth broke sessions" in page
    assert "session.bind_ipv4_prefix 24 32" in page
    for trail in ("The database is slow", "A server is down", "The network loses", "Heavy traffic", "A cyberattack"):
        assert trail in page
    assert "Put back the configuration of auth" in page
    assert "43 sessions" in page
    assert "Acknowledge" in page
    assert "Approve plan…" in page


def test_the_text_for_people_who_wait_holds_no_technical_word(operator: Client, now: datetime) -> None:
    story.tell(now, "planned")
    page = operator.get("/").content.decode()
    notice = re.search(r'class="notice">(.*?)</blockquote>', page, re.DOTALL)
    assert notice is not None
    assert "cannot use" in notice[1]
    assert not re.search(r"bind_|auth\.toml|digest|sam|mara", notice[1], re.IGNORECASE)


def test_a_recovered_incident_says_that_people_can_sign_in_and_is_being_watched(
    operator: Client, now: datetime
) -> None:
    story.tell(now, "recovered")
    story.probing(now)
    page = text(operator, "/")
    assert "People can sign in" in page
    assert "People cannot sign in" not in page
    assert "Recovered, being watched" in page


def test_one_failed_run_that_the_settings_count_for_chance_is_told_but_is_no_headline(
    operator: Client, now: datetime
) -> None:
    story.probing(now, ProbeOutcome.FAILED, bad=1)
    page = text(operator, "/")
    assert "People can sign in Both probes signed in" in page
    assert "Probe portal failed (sent back to sign in) since, which may be chance." in page


def test_the_second_failed_run_of_three_is_a_headline(operator: Client, now: datetime) -> None:
    story.probing(now, ProbeOutcome.FAILED, bad=2)
    assert "Cannot tell: probe portal failed (sent back to sign in)" in text(operator, "/")


def test_silence_is_not_taken_for_health(operator: Client, now: datetime) -> None:
    story.probing(now - timedelta(minutes=30))
    page = text(operator, "/")
    assert "Cannot tell: no probe has run for 30 min" in page


def test_parts_of_doorward_that_fell_silent_are_said_to_be_silent(operator: Client, now: datetime) -> None:
    story.healthy(now - timedelta(minutes=10))
    assert "has said nothing for 10 min" in text(operator, "/")


def test_the_incident_page_tells_every_line_and_that_the_chain_holds(operator: Client, now: datetime) -> None:
    incident = story.tell(now, "resolved", ago_s=600)
    page = operator.get(f"/incidents/{incident}/").content.decode()
    lines = len(log.entries(incident))
    assert page.count('<span class="said">') == lines
    assert f"{lines} lines, each follows from the one before" in page
    assert "Resolve</button>" not in page


def test_pages_show_whether_they_reached_their_person(operator: Client, now: datetime) -> None:
    incident = story.tell(now, "planned")
    page = text(operator, f"/incidents/{incident}/")
    assert "it-support@school.example mail, level 1" in page
    assert "delivered after" in page
    assert "owed, on its way" in page


def test_an_incident_that_does_not_exist_is_a_plain_404(operator: Client) -> None:
    answer = operator.get("/incidents/2026-01-01-9/")
    assert answer.status_code == 404
    assert b"does not exist" in answer.content


def test_every_page_carries_a_policy_without_inline_script_and_is_not_cached(operator: Client, now: datetime) -> None:
    story.tell(now)
    for address in PAGES:
        answer = operator.get(address)
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
        page = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", page)


def test_words_from_outside_are_escaped(operator: Client, now: datetime) -> None:
    incident = story.tell(now)
    operator.post(f"/incidents/{incident}/note/", {"text": "<script>alert(1)</script>"})
    page = operator.get(f"/incidents/{incident}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_chart_has_a_table_with_the_same_counts(operator: Client, now: datetime) -> None:
    story.traffic(now, hurt_for_s=120)
    page = operator.get("/").content.decode()
    assert 'role="img"' in page
    assert "The same as a table" in page
    assert len(re.findall(r"<g class=.\w+.><title>", page)) == len(
        re.findall(r'<th scope="row">\d\d:\d\d:\d\d</th>', page)
    )


def test_machines_read_doorwards_own_health_without_signing_in(visitor: Client, now: datetime) -> None:
    story.healthy(now)
    answer = visitor.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {
        "schema": "doorward.health/1",
        "status": "ok",
        "parts": {"pages": "green", "probe": "green", "store": "green", "watch": "green"},
    }


def test_a_log_that_was_tampered_with_is_said_so(operator: Client, now: datetime) -> None:
    incident = story.tell(now)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("UPDATE store_entryrow SET by = 'nobody' WHERE seq = 3")
    page = text(operator, f"/incidents/{incident}/")
    assert "does not hold line 3 was changed" in page


def test_page_models_are_frozen() -> None:
    classes = [thing for thing in vars(pages).values() if dataclasses.is_dataclass(thing)]
    assert all(thing.__dataclass_params__.frozen for thing in classes)  # type: ignore[union-attr]
