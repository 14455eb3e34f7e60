"""The school's log: every event that speaks of sign-in becomes one of ours, and nothing else does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.systems.school.log import mark, parse

HEAD = {
    "time": "2026-03-02T08:00:00.250Z",
    "service": "auth",
    "config": "0123456789ab",
    "worker": 7,
    "synthetic": False,
}


def line(event: str, **fields: object) -> bytes:
    return json.dumps({**HEAD, "event": event, **fields}).encode()


def read(event: str, **fields: object) -> SignInEvent:
    found = parse(line(event, **fields), "auth")
    assert found is not None
    return found


def test_a_line_keeps_its_time_component_configuration_and_hashes() -> None:
    event = read(
        "session",
        outcome="rejected",
        reason="network-changed",
        person="p",
        session="s",
        source="n",
        agent="firefox",
        route="authorize",
    )
    assert event == SignInEvent(
        at=datetime(2026, 3, 2, 8, 0, 0, 250000, UTC),
        component="auth",
        kind=Kind.SESSION,
        outcome=Outcome.FAILURE,
        reason=Reason.NETWORK_CHANGED,
        reason_raw="network-changed",
        person="p",
        session="s",
        source="n",
        agent="firefox",
        route="authorize",
        config="0123456789ab",
    )


@pytest.mark.parametrize(
    ("event", "fields", "kind", "outcome", "reason"),
    [
        ("sign-in", {"outcome": "succeeded", "reason": "ok"}, Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK),
        ("sign-in", {"outcome": "failed", "reason": "locked-out"}, Kind.SIGN_IN, Outcome.FAILURE, Reason.LOCKED_OUT),
        ("sign-in", {"outcome": "failed", "reason": "new-word"}, Kind.SIGN_IN, Outcome.FAILURE, Reason.OTHER),
        ("session", {"outcome": "accepted", "reason": "ok"}, Kind.SESSION, Outcome.SUCCESS, Reason.OK),
        (
            "session",
            {"outcome": "rejected", "reason": "unknown"},
            Kind.SESSION,
            Outcome.FAILURE,
            Reason.SESSION_UNKNOWN,
        ),
        (
            "session",
            {"outcome": "rejected", "reason": "expired"},
            Kind.SESSION,
            Outcome.FAILURE,
            Reason.SESSION_EXPIRED,
        ),
        ("token", {"outcome": "issued", "reason": "ok"}, Kind.TOKEN, Outcome.SUCCESS, Reason.OK),
        ("token", {"outcome": "refused", "reason": "grant"}, Kind.TOKEN, Outcome.FAILURE, Reason.TOKEN_REFUSED),
        (
            "token",
            {"outcome": "refused", "reason": "invalid_grant", "grant": "refresh_token"},
            Kind.TOKEN,
            Outcome.FAILURE,
            Reason.ENDED_AT_PROVIDER,
        ),
        ("authorization", {"outcome": "refused"}, Kind.TOKEN, Outcome.FAILURE, Reason.TOKEN_REFUSED),
        ("sign-out", {"person": "p"}, Kind.SIGN_OUT, Outcome.SUCCESS, Reason.OK),
        ("request", {"status": 302, "ms": 3}, Kind.REQUEST, Outcome.SUCCESS, Reason.OK),
        ("request", {"status": 404, "ms": 3}, Kind.REQUEST, Outcome.SUCCESS, Reason.OK),
        ("request", {"status": 500, "ms": 3}, Kind.REQUEST, Outcome.FAILURE, Reason.SERVER_ERROR),
        ("error", {"exception": "ImportError"}, Kind.ERROR, Outcome.FAILURE, Reason.SERVER_ERROR),
        ("support-inquiry", {"topic": "cannot-sign-in"}, Kind.INQUIRY, Outcome.UNKNOWN, Reason.OTHER),
        ("configuration-loaded", {}, Kind.CONFIGURATION, Outcome.SUCCESS, Reason.OK),
        ("configuration-refused", {"problems": 2}, Kind.CONFIGURATION, Outcome.FAILURE, Reason.OTHER),
    ],
)
def test_each_event_is_told_in_the_words_that_every_kind_shares(
    event: str, fields: dict[str, object], kind: Kind, outcome: Outcome, reason: Reason
) -> None:
    found = read(event, **fields)
    assert (found.kind, found.outcome, found.reason) == (kind, outcome, reason)


def test_a_reason_that_is_not_known_keeps_its_own_word() -> None:
    assert read("session", outcome="rejected", reason="moon-phase").reason_raw == "moon-phase"


def test_an_unhandled_exception_keeps_its_class() -> None:
    assert read("error", route="authorize", exception="ImportError").reason_raw == "ImportError"


def test_a_synthetic_line_is_a_probe() -> None:
    assert read("sign-in", outcome="succeeded", reason="ok", synthetic=True).probe


@pytest.mark.parametrize("event", ["submission", "material", "password-reset", "not-known"])
def test_an_event_that_says_nothing_of_sign_in_is_none(event: str) -> None:
    assert parse(line(event), "auth") is None


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"event": "session"}',
        b'{"time": "yesterday", "event": "session"}',
        b'{"time": "2026-03-02T08:00:00", "event": "session"}',
        b'{"time": "2026-03-02T08:00:00Z", "event": "request", "status": "500"}',
    ],
)
def test_a_line_that_does_not_parse_is_a_value_error(bad: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the contract of `System.parse` names no message
        parse(bad, "auth")


@pytest.mark.parametrize(
    ("who", "marked"),
    [
        ('"person":"p","session":"s","source":"n"', b"p"),
        ('"person":null,"session":"s","source":"n"', b"s"),
        ('"person":"","session":null,"source":"n"', b"n"),
        ('"person":null,"session":null,"source":null', None),
        ('"person":"p\\u0041"', None),
        ('"source":"n"', None),
        ('"exception":"\\"person\\":\\"p\\""', None),
    ],
)
def test_whom_a_line_speaks_of_is_found_without_reading_it_or_left_to_the_parser(who: str, marked: bytes) -> None:
    made = f'{{"time":"2026-03-02T08:00:00Z","event":"session",{who}}}'.encode()
    assert mark(made) == marked
    found = parse(made, "auth")
    assert found is not None
    assert marked is None or (found.person or found.session or found.source or "").encode() == marked
