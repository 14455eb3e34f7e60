"""Which sessions are cleared: none that still works, whatever the log says and in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.recover.condemned import FAULT_REASONS, Condemned, SessionHistory, judge
from doorward.systems import SessionRow
from tests.entries import T0

BAD, GOOD = "bbbbbbbbbbbb", "aaaaaaaaaaaa"
NAMES = ("one", "two", "three")


def event(
    session: str | None,
    kind: Kind = Kind.SESSION,
    reason: Reason = Reason.OK,
    seconds: float = 1,
    config: str = BAD,
    component: str = "auth",
    probe: bool = False,
) -> SignInEvent:
    outcome = Outcome.SUCCESS if reason is Reason.OK else Outcome.FAILURE
    return SignInEvent(
        T0 + timedelta(seconds=seconds), component, kind, outcome, reason, session=session, config=config, probe=probe
    )


def issued(session: str, config: str = BAD, seconds: float = 1) -> SignInEvent:
    return event(session, Kind.SIGN_IN, Reason.OK, seconds, config)


def refused(session: str, reason: Reason = Reason.NETWORK_CHANGED, seconds: float = 2) -> SignInEvent:
    return event(session, reason=reason, seconds=seconds)


def accepted(session: str, seconds: float = 3) -> SignInEvent:
    return event(session, seconds=seconds)


def history(*events: SignInEvent) -> SessionHistory:
    found = SessionHistory("auth", BAD, T0)
    found.take(events)
    return found


def row(session: str, loads: bool = True, reason: str = "ok") -> SessionRow:
    return SessionRow(session, loads, None, reason)


EVENTS = st.lists(
    st.builds(
        event,
        session=st.sampled_from([*NAMES, None]),
        kind=st.sampled_from(list(Kind)),
        reason=st.sampled_from(list(Reason)),
        seconds=st.floats(-5, 30),
        config=st.sampled_from([BAD, GOOD]),
        component=st.sampled_from(["auth", "portal"]),
        probe=st.booleans(),
    ),
    max_size=40,
)


def _counts(events: list[SignInEvent], session: str) -> tuple[bool, int, int]:
    """Counted apart from the code under test: issued under the fault, refusals, acceptances after the first refusal."""
    own = [e for e in events if e.session == session and e.component == "auth" and e.at >= T0 and not e.probe]
    was_issued = any(e.kind is Kind.SIGN_IN and e.reason is Reason.OK and e.config == BAD for e in own)
    checks = [e for e in own if e.kind is Kind.SESSION]
    refusals = [n for n, e in enumerate(checks) if e.reason in FAULT_REASONS]
    later = checks[refusals[0] :] if refusals else []
    return was_issued, len(refusals), sum(1 for e in later if e.outcome is Outcome.SUCCESS)


@given(EVENTS)
@settings(max_examples=150, deadline=None)
def test_never_condemned_without_issue_under_the_fault_and_refusal_and_never_if_accepted_more_often(
    events: list[SignInEvent],
) -> None:
    judgement = judge(history(*events), [row(name) for name in NAMES])
    for name in NAMES:
        was_issued, refusals, acceptances = _counts(events, name)
        is_condemned = was_issued and refusals > 0 and refusals >= acceptances
        assert (name in judgement.sessions) is is_condemned
    assert judgement.kept + len(judgement.sessions) == judgement.considered == len(NAMES)


@given(EVENTS, st.integers(0, 40))
@settings(max_examples=50, deadline=None)
def test_taking_a_log_in_two_parts_condemns_the_same_sessions(events: list[SignInEvent], cut: int) -> None:
    parts = history(*events[:cut])
    parts.take(events[cut:])
    assert parts.refused() == history(*events).refused()


def test_a_session_of_the_fault_that_was_refused_since_is_condemned() -> None:
    assert history(issued("one"), refused("one")).refused() == {"one": Condemned.REFUSED}


def test_a_session_from_before_the_fault_is_kept_even_if_it_is_refused() -> None:
    assert history(issued("one", GOOD), refused("one")).refused() == {}
    assert history(issued("one", seconds=-1), refused("one")).refused() == {}


def test_a_session_that_expired_was_refused_under_any_configuration() -> None:
    for reason in (Reason.SESSION_EXPIRED, Reason.SESSION_UNKNOWN, Reason.ENDED_AT_PROVIDER):
        assert history(issued("one"), refused("one", reason)).refused() == {}


def test_a_session_that_works_more_often_than_not_is_kept() -> None:
    mostly_works = [issued("one"), refused("one"), accepted("one"), accepted("one", 4)]
    assert history(*mostly_works).refused() == {}
    assert history(*mostly_works[:3]).refused() == {"one": Condemned.REFUSED}


def test_what_was_accepted_before_the_first_refusal_does_not_save_a_session() -> None:
    events = [issued("one"), *(accepted("one", 1 + n / 10) for n in range(9)), refused("one")]
    assert history(*events).refused() == {"one": Condemned.REFUSED}


def test_a_row_that_does_not_load_is_condemned_and_one_that_only_expired_is_not() -> None:
    rows = [row("one", False, "unreadable"), row("two", False, "expired"), row("three", False, "empty")]
    judgement = judge(history(), rows)
    assert judgement.sessions == {"one": Condemned.UNREADABLE}
    assert (judgement.considered, judgement.kept) == (3, 2)


def test_a_refused_session_that_the_store_lacks_is_named_as_gone() -> None:
    judgement = judge(history(issued("one"), refused("one"), issued("two"), refused("two")), [row("two")])
    assert judgement.sessions == {"two": Condemned.REFUSED}
    assert judgement.refused_but_gone == ("one",)
