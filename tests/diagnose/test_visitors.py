"""Who fails where nobody gets in, and who asks for page after page: counted from events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from doorward.diagnose.visitors import visitors
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from tests.entries import T0


def event(
    seconds: float, source: str, reason: Reason = Reason.OK, kind: Kind = Kind.SIGN_IN, **more: object
) -> SignInEvent:
    """One event, so many seconds after the onset."""
    outcome = Outcome.SUCCESS if reason is Reason.OK else Outcome.FAILURE
    return SignInEvent(T0 + timedelta(seconds=seconds), "auth", kind, outcome, reason, source=source, **more)  # type: ignore[arg-type]


def page(seconds: float, person: str | None, status: int = 200) -> SignInEvent:
    """A page that was asked for."""
    return event(seconds, "home", kind=Kind.REQUEST, person=person, status=status)


WRONG = Reason.WRONG_PASSWORD
PAST = [
    event(-100, "school"),
    event(-80, "home", WRONG),
    event(-40, "home", WRONG),
    event(-39, "home"),
    event(-30, "far", WRONG),
    event(-20, "school", WRONG),
    event(-10, "far", Reason.OK, probe=True),
]


def test_a_source_from_which_somebody_got_in_before_or_meanwhile_is_no_stranger() -> None:
    now = [
        event(1, "school", WRONG),
        event(2, "new", WRONG),
        event(3, "new"),
        *(event(n, f"x{n}", WRONG) for n in range(4, 9)),
    ]
    found = visitors(PAST, T0, now, T0 + timedelta(seconds=30))
    assert (found.usual.typed, found.usual.strange) == (3, 1)
    assert (found.during.typed, found.during.strange) == (7, 5)
    assert found.during.typed_per_min == 14
    assert found.usual.minutes == 50 / 60


def test_pages_are_those_that_people_who_are_signed_in_get_in_full() -> None:
    now = [page(1, "p1"), page(2, "p1"), page(3, "p2"), page(4, None), page(5, "p3", 302), event(6, "home")]
    found = visitors([], T0, now, T0 + timedelta(seconds=60)).during
    assert (found.pages, found.askers, found.busiest, found.pages_per_min) == (3, 2, 2, 3)


def test_without_a_past_nothing_is_usual() -> None:
    usual = visitors([], T0, [], T0 + timedelta(seconds=60)).usual
    assert (usual.minutes, usual.typed_per_min, usual.strange_share, usual.pages_per_min) == (0, 0, 0, 0)


def test_who_is_forgotten_got_in_before_and_places_are_where_people_get_in() -> None:
    past = [event(-9, "school", person="p1"), event(-8, "home", person="p2")]
    gone = Reason.UNKNOWN_PERSON
    now = [
        event(1, "school", gone, person="p1"),
        event(2, "school", gone, person="p3"),
        event(3, "home", WRONG, person="p2"),
        event(4, "far", gone, person="p1"),
    ]
    found = visitors(past, T0, now, T0 + timedelta(seconds=60)).during
    assert (found.typed, found.strange, found.places, found.busiest_place, found.forgotten) == (4, 1, 2, 2, 1)


def test_sessions_that_nobody_knows_are_told_by_whether_anybody_got_in_there() -> None:
    past = [event(-9, "school", person="p1")]
    gone = [event(n, source, Reason.SESSION_UNKNOWN, Kind.SESSION) for n, source in ((1, "school"), (2, "far"))]
    found = visitors(past, T0, gone, T0 + timedelta(seconds=30)).during
    assert (found.refused, found.never_seen) == (2, 1)


def test_requests_from_where_nobody_gets_in_are_nobodys() -> None:
    past = [event(-9, "school", person="p1")]
    asked = [event(n, f"x{n}", kind=Kind.REQUEST) for n in range(5)]
    now = [
        *asked,
        event(6, "school", kind=Kind.REQUEST),
        event(7, "x7", kind=Kind.REQUEST, person="p2"),
        event(8, "x1", WRONG),
    ]
    found = visitors(past, T0, now, T0 + timedelta(seconds=30)).during
    assert (found.requests, found.nobodys, found.sources, found.signing) == (7, 5, 7, 1)
    assert found.per_min(found.nobodys) == 10


def test_the_browser_in_which_most_is_mistyped_is_named_with_all_who_tried_there() -> None:
    now = [
        *(event(n, "home", WRONG, agent="safari") for n in range(3)),
        *(event(n, "home", agent="safari") for n in range(3, 5)),
        event(5, "home", WRONG, agent="firefox"),
        event(6, "home", agent="firefox"),
        event(7, "home", Reason.INACTIVE, agent="firefox"),
    ]
    during = visitors(PAST, T0, now, T0 + timedelta(seconds=30)).during
    assert (during.tried, during.browser, during.browser_tried, during.browser_typed) == (7, "safari", 5, 3)


def test_services_are_what_asked_long_before_without_people_and_is_answered_still() -> None:
    def asked(at_s: float, source: str, status: int = 200) -> SignInEvent:
        return event(at_s, source, kind=Kind.REQUEST, status=status)

    past = [
        event(-100, "school"),
        *(asked(-99 + n, source) for source in ("portal", "school") for n in range(12)),
        *(asked(-40 + n, "flood") for n in range(20)),
    ]
    now = [asked(n / 10, source) for n in range(30) for source in ("portal", "school", "flood")]
    found = visitors(past, T0, [*now, asked(4, "portal", 401)], T0 + timedelta(seconds=30)).during
    assert (found.nobodys, found.services) == (61, 30)


def test_forms_from_where_the_page_was_never_answered_are_nobodys() -> None:
    def form(at_s: float, source: str) -> SignInEvent:
        return event(at_s, source, Reason.CSRF)

    reader = event(1, "reader", kind=Kind.REQUEST, status=200)
    refused = event(3, "x2", kind=Kind.REQUEST, status=403)
    now = [reader, form(2, "reader"), form(2, "school"), form(2, "x1"), form(3, "x2"), refused]
    found = visitors(PAST, T0, now, T0 + timedelta(seconds=30)).during
    assert (found.forms, found.unread) == (4, 2)


def test_documents_for_applications_are_told_from_other_pages() -> None:
    routes = ("oauth2_provider:jwks-info", "/.well-known/openid-configuration", "sign-in", None)
    now = [event(1, "partner", kind=Kind.REQUEST, status=200, route=route) for route in routes]
    found = visitors(PAST, T0, [*now, replace(now[0], status=503)], T0 + timedelta(seconds=30)).during
    assert (found.nobodys, found.services, found.documents) == (5, 0, 2)
