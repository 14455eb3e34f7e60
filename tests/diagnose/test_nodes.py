"""Nodes: which configuration a component's lines are of, and whether what fails follows one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from doorward.diagnose.nodes import Node, apart, nodes, told
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent

T0 = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def asked(config: str | None, second: int, status: int = 200, component: str = "auth") -> SignInEvent:
    """One request, answered so."""
    outcome = Outcome.FAILURE if status >= 500 else Outcome.SUCCESS
    reason = Reason.SERVER_ERROR if status >= 500 else Reason.OK
    at = T0 + timedelta(seconds=second)
    return SignInEvent(at, component, Kind.REQUEST, outcome, reason, status=status, config=config)


def failed(config: str, second: int, reason: Reason, client: str | None = "portal") -> SignInEvent:
    """One token that was not given."""
    at = T0 + timedelta(seconds=second)
    return SignInEvent(at, "auth", Kind.TOKEN, Outcome.FAILURE, reason, client=client, config=config)


def session(config: str, second: int, number: int, is_taken: bool) -> SignInEvent:
    """A session that a node takes or refuses."""
    outcome, reason = (Outcome.SUCCESS, Reason.OK) if is_taken else (Outcome.FAILURE, Reason.NETWORK_CHANGED)
    at = T0 + timedelta(seconds=second)
    return SignInEvent(at, "auth", Kind.SESSION, outcome, reason, session=f"s{number}", config=config)


def two(status: int) -> Iterator[SignInEvent]:
    """One node for a minute, and beside it another one that answers so."""
    for second in range(120):
        yield asked("old", second)
        if second >= 60:
            yield asked("new", second, status)


def test_a_component_of_one_configuration_has_no_nodes_to_compare() -> None:
    assert nodes([asked("old", 1), asked("old", 2), asked("one", 2, component="portal"), asked(None, 3)]) == ()


def test_what_fails_is_counted_by_node_since_the_latest_began() -> None:
    typed = [failed("new", 70, Reason.WRONG_PASSWORD)]
    found = nodes(
        [*two(400), *typed, failed("new", 80, Reason.TOKEN_REFUSED), failed("old", 81, Reason.SESSION_UNKNOWN)]
    )
    assert found == (
        Node("auth", "new", T0 + timedelta(seconds=60), 1, 1, 1, asked=60, refused=60),
        Node("auth", "old", T0, 1, 1, 0, asked=60),
    )
    assert apart(found) == found[0]
    assert told(found[0], found) == "60 of 60 requests fail or are refused there, 0 of 60 beside it"


def test_nodes_that_fail_alike_or_not_at_all_are_not_apart() -> None:
    assert apart(nodes(two(200))) is None
    assert apart(nodes([*two(400), *(asked("old", second, 400) for second in range(60, 120))])) is None


def test_a_configuration_that_takes_the_place_of_another_is_no_node_beside_it() -> None:
    replaced = [
        *(asked("old", second) for second in range(60)),
        *(asked("new", second, 400) for second in range(60, 90)),
    ]
    assert apart(nodes(replaced)) is None


def test_whether_it_breaks_or_is_refused_for_a_secret_is_told_by_what_most_meet() -> None:
    (broken, _), (turned_away, _) = nodes(two(502)), nodes(two(403))
    assert broken.breaks
    assert not turned_away.breaks
    secret = nodes([*two(500), *(failed("new", second, Reason.TOKEN_REFUSED) for second in range(60, 90))])
    assert secret[0].is_of_secret
    assert not turned_away.is_of_secret


def test_a_name_that_the_provider_does_not_know_is_no_matter_of_a_secret() -> None:
    refused = [failed("new", second, Reason.TOKEN_REFUSED, client=None) for second in range(60, 90)]
    assert not nodes([*two(500), *refused])[0].is_of_secret


def test_nodes_that_refuse_each_others_sessions_and_not_their_own_disagree() -> None:
    begun = [session("old", 50, number, is_taken=True) for number in range(12)]
    by_the_other = [session("new", 61, number, is_taken=False) for number in range(8)]
    joined = nodes([*two(200), *begun, *by_the_other])[0]
    assert (joined.crossed, joined.stayed, joined.disagrees) == (8, 0, True)
    lost = [session("old", 62, number, is_taken=False) for number in range(8, 12)]
    by_either = nodes([*two(200), *begun, *by_the_other, *lost])[0]
    assert (by_either.crossed, by_either.stayed, by_either.disagrees) == (8, 4, False)
    assert apart(nodes([*two(200), *begun, *by_the_other[:7]])) is None


def test_a_session_that_a_sign_in_began_at_one_node_and_the_other_refuses_is_no_chance() -> None:
    begun = [replace(session("old", 60 + n, n, is_taken=True), kind=Kind.SIGN_IN) for n in range(8)]
    refused = [session("new", 61 + n, n, is_taken=False) for n in range(8)]
    joined = nodes(sorted([*two(200), *begun, *refused], key=lambda event: event.at))[0]
    assert (joined.crossed, joined.stayed, joined.disagrees) == (8, 0, True)


def test_a_node_that_names_every_place_by_a_key_of_its_own_is_refused_for_a_secret() -> None:
    placed = [replace(event, source=f"p{second % 6}") for second, event in enumerate(two(200)) if event.config == "old"]
    away = [
        replace(session("new", 60 + second, second, is_taken=False), source=f"q{second % 6}") for second in range(40)
    ]
    joined = nodes([*placed, *away])[0]
    assert (joined.strange, joined.sealed, joined.is_of_secret) == (6, 40, True)
    one_place_shared = nodes([*placed, *away, replace(asked("new", 119), source="p1")])[0]
    assert (one_place_shared.strange, one_place_shared.is_of_secret) == (0, False)
    few = [replace(event, source="q1") for event in away]
    assert nodes([*placed, *few])[0].strange == 0


def test_two_nodes_that_name_places_by_two_keys_refuse_alike_and_are_apart_all_the_same() -> None:
    renames = Node("auth", "new", T0 + timedelta(seconds=60), tried=295, failed=148, sealed=148, strange=27)
    old = Node("auth", "old", T0, tried=303, failed=101, sealed=101, strange=33)
    assert apart((renames, old)) == renames
    assert apart((replace(renames, strange=0), old)) is None
    assert apart((replace(renames, failed=4, sealed=4), replace(old, failed=2))) is None
