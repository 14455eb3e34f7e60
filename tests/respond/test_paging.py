"""A page says what a woken engineer needs, and nothing that it must not say."""

from __future__ import annotations

from pathlib import Path

from doorward import incident_log
from doorward.model.entry import Declared, Escalated, PageQueued
from doorward.respond.escalate import Step, StepReason, next_step
from doorward.respond.paging import SUBJECT_CHARACTERS, notice
from tests.respond.cases import CHAIN, channels, incident
from tests.review import story
from tests.review.story import at, drill_a_lines, told

LINK = "http://127.0.0.1:8700/incidents/2026-11-21-1/"
ESCALATED = Step(1, "System operations", ("phone",), "escalated", StepReason.NOT_ACKNOWLEDGED, True)


def test_at_declaration_it_says_what_is_known_and_what_is_not(tmp_path: Path) -> None:
    one = incident()
    step = next_step(one, CHAIN, at(10))
    assert step is not None
    body = notice(one, step, CHAIN, channels(tmp_path), at(10), LINK).pages[0].body
    assert body.splitlines() == [
        "People are sent back to the sign-in page.",
        "",
        "Since      2026-11-21 10:00:04 UTC, noticed 9 s later",
        "People     at least 5 hurt; not counted yet",
        "Cause      being looked for; a further look follows within seconds",
        "Doorward   is looking for the cause and changes nothing",
        "You        you are IT support. Acknowledge (`doorward incident ack 2026-11-21-1`), "
        "or System operations is paged at 2026-11-21 10:05:14 UTC.",
        f"Look       {LINK}",
        "Incident   2026-11-21-1",
    ]


def test_later_it_says_the_cause_the_wrong_trails_and_the_plan(tmp_path: Path) -> None:
    one = incident_log.fold(told(drill_a_lines()[:9]))
    body = notice(one, ESCALATED, CHAIN, channels(tmp_path), at(320), LINK).pages[0].body
    assert "People     5 of 12 seen are hurt (42%)" in body
    assert "Cause      configuration change: loaded 11 s before the onset" in body
    assert "Change     auth, 2026-11-21 09:59:53 UTC: session.bind_ipv4_prefix 24 → 32" in body
    assert "Ruled out  server failure, database failure, network failure, heavy traffic, cyberattack" in body
    assert "plans: 1. put configuration 91ab34c0ffee of auth back" in body
    assert "(nothing is done before it is approved)" in body


def test_the_entries_owe_the_pages_they_stand_with(tmp_path: Path) -> None:
    one = incident()
    step = next_step(one, CHAIN, at(10))
    assert step is not None
    made = notice(one, step, CHAIN, channels(tmp_path), at(10))
    assert made.bodies[0] == Escalated(0, "IT support", "declared")
    owed = [body for body in made.bodies if isinstance(body, PageQueued)]
    assert [(body.key, body.channel, body.subject) for body in owed] == [
        (page.key, page.channel, page.subject) for page in made.pages
    ]
    assert [page.key for page in made.pages] == ["2026-11-21-1:0:mail:declared", "2026-11-21-1:0:pager:declared"]
    assert all(len(page.key) <= 80 for page in made.pages)


def test_a_level_that_is_told_something_more_is_not_escalated_to_again(tmp_path: Path) -> None:
    step = Step(0, "IT support", ("mail",), "question-1", StepReason.QUESTION, False)
    assert not any(isinstance(b, Escalated) for b in notice(incident(), step, CHAIN, channels(tmp_path), at(10)).bodies)


def test_the_subject_says_why_it_comes_now(tmp_path: Path) -> None:
    subject = notice(incident(), ESCALATED, CHAIN, channels(tmp_path), at(310)).pages[0].subject
    assert subject == "[School portal] Nobody answered: People are sent back to the sign-in page"


def test_a_relapse_does_not_claim_that_all_is_well(tmp_path: Path) -> None:
    one = incident_log.fold(told(drill_a_lines()[:-1]))
    step = Step(0, "IT support", ("mail",), "relapse-2", StepReason.RELAPSE, False)
    body = notice(one, step, CHAIN, channels(tmp_path), at(600)).pages[0].body
    assert "can sign in again" not in body
    assert "saw it come back" in body


def test_no_text_can_forge_a_header_or_drive_a_terminal(tmp_path: Path) -> None:
    title = "A\r\nBcc: all@school.example\x1b[2J" + "x" * 300
    entries = told([(10, "doorward", Declared("School\nportal", title, "first-of-its-kind", story.rejections()))])
    page = notice(incident_log.fold(entries), ESCALATED, CHAIN, channels(tmp_path), at(310)).pages[0]
    assert len(page.subject) == SUBJECT_CHARACTERS
    assert page.subject.isprintable()
    assert all(line.isprintable() for line in page.body.splitlines())


def test_keyed_hashes_of_sessions_are_in_no_page(tmp_path: Path) -> None:
    one = incident_log.fold(told(drill_a_lines()))
    assert one.sessions_cleared
    made = notice(one, ESCALATED, CHAIN, channels(tmp_path), at(320), LINK)
    assert not any(session in made.pages[0].body for session in one.sessions_cleared)
