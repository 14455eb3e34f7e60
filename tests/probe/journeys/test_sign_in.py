"""The sign-in as a pure state machine: its table is whole, and whatever a site answers, it comes to an end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.probe.exchange import Answer, Ask, Done, Ending
from doorward.probe.journeys import JOURNEYS
from doorward.probe.journeys.form import form_journey
from doorward.probe.journeys.sights import Sight
from doorward.probe.journeys.sign_in_table import EXPECTED, MOVES, NEXT_PHASE, Move, Phase
from doorward.probe.plan import ProbePlan

URL = "https://portal.example.com/"
PLAN = ProbePlan("p", "form", URL, URL + "account", account=("ada", "canary"), addresses=("a", "b"))
FORM = '<form method="post"><input name="u"><input type="password" name="p"></form>'


def answer(status: int, text: str = "", location: str = "") -> Answer:
    return Answer(status, URL, (("location", location),) if location else (), text)


def play(*answers: Answer, plan: ProbePlan = PLAN) -> Ask | Done:
    made = form_journey(plan)
    said: Ask | Done = made.start()
    for one in answers:
        assert isinstance(said, Ask)
        said = made.receive(one)
    return said


def reason(*answers: Answer) -> str:
    done = play(*answers)
    assert isinstance(done, Done)
    return done.reason


def test_every_phase_knows_what_to_do_at_every_sight() -> None:
    assert set(MOVES) == set(EXPECTED) == set(Phase)
    for row in MOVES.values():
        assert set(row) == set(Sight)
    for phase, move in NEXT_PHASE:
        assert move in MOVES[phase].values()


@pytest.mark.parametrize("phase", [Phase.OPENING, Phase.POSTED, Phase.SIGNING_IN])
def test_every_phase_but_the_last_leads_to_the_next(phase: Phase) -> None:
    assert {of for of, _ in NEXT_PHASE} == set(Phase) - {Phase.RETURNING}
    assert NEXT_PHASE.keys() & {(phase, move) for move in Move}


def test_the_password_is_posted_with_the_origin_of_the_form() -> None:
    said = play(answer(200, FORM))
    assert isinstance(said, Ask)
    assert (said.method, said.url, said.form) == ("POST", URL, (("u", "ada"), ("p", "canary")))
    assert said.headers == (("Origin", "https://portal.example.com"), ("Referer", "https://portal.example.com/"))
    assert said.carries_password
    assert "canary" not in repr(said)


def test_the_form_after_a_yes_is_another_story_than_the_form_after_a_no() -> None:
    assert reason(answer(200, FORM), answer(200, FORM)) == Ending.WRONG_PASSWORD
    assert reason(answer(200, FORM), answer(302, location="/"), answer(200, FORM)) == Ending.SENT_BACK


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (403, "CSRF verification failed", "csrf-refused"),
        (403, "This form is out of date", "csrf-refused"),
        (419, "", "csrf-refused"),
        (403, "You are blocked", "http-403"),
        (429, "", "http-429"),
        (502, FORM, "http-502"),
        (302, "", "http-302"),
        (200, "<title>Server Error (500)</title>", "error-page-with-200"),
        (200, "<title>503 Service Unavailable</title>", "error-page-with-200"),
    ],
)
def test_what_answers_the_password_decides_the_reason(status: int, text: str, expected: str) -> None:
    assert reason(answer(200, FORM), answer(status, text)) == expected


def test_a_course_about_errors_is_no_error_page() -> None:
    said = play(answer(200, FORM), answer(200, "<title>Error analysis in physics</title>"))
    assert isinstance(said, Ask)
    assert said.url == URL + "account"


def test_coming_back_is_from_another_address_than_the_sign_in() -> None:
    made = form_journey(PLAN)
    asked: list[Ask | Done] = [made.start()]
    for one in (answer(200, FORM), answer(302, location="/"), answer(200, "home"), answer(200, "home")):
        asked.append(made.receive(one))
    assert [one.client for one in asked if isinstance(one, Ask)] == [0, 0, 0, 1]
    assert asked[-1] == Done(Ending.OK, EXPECTED[Phase.RETURNING])


answers = st.builds(
    answer,
    st.sampled_from([200, 204, 301, 302, 307, 400, 401, 403, 419, 500, 503]),
    st.sampled_from(["", FORM, "<title>Error</title>", "<![x", "csrf"]),
    st.sampled_from(
        ["", "/", "//[", "https://id/?client_id=c&response_type=code", "/cb?code=1&state=2", "\ud800", "#"]
    ),
)


@given(st.lists(answers, min_size=40, max_size=40), st.sampled_from(["form", "oidc"]))
def test_whatever_a_site_answers_the_journey_ends_in_time(given_answers: list[Answer], name: str) -> None:
    made = JOURNEYS[name](ProbePlan("p", name, URL, URL))
    said: Ask | Done = made.start()
    exchanges = 0
    for one in given_answers:
        if isinstance(said, Done):
            break
        exchanges += 1
        said = made.receive(one)
    assert isinstance(said, Done)
    assert exchanges <= 20
    assert said.expected
