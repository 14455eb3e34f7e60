"""Attacks and ripples are told from outages, and only when it is clear."""

from __future__ import annotations

from datetime import UTC, datetime

from doorward.model.detection import Looks
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.looks import verdict
from doorward.watch.observation import Observation

USUAL = 0.1


def seen(at_s: float, source: str, failed: bool = True, reason: Reason = Reason.WRONG_PASSWORD) -> Observation:
    """Somebody of that network, who was first seen then."""
    outcome = Outcome.FAILURE if failed else Outcome.SUCCESS
    event = SignInEvent(datetime.fromtimestamp(at_s, UTC), "auth", Kind.SIGN_IN, outcome, reason, source=source)
    return Observation(at_s, f"{source}-{at_s}", failed, str(reason) if failed else "", 1, event, at_s)


def quiet(until_s: int, step_s: int = 2) -> list[Observation]:
    """A success every other second, half of them from one shared network."""
    return [
        seen(float(at), "shared" if at % 4 else f"home-{at}", at % 30 == 0)
        for at in range(until_s - 600, until_s, step_s)
    ]


def test_many_names_from_few_strange_networks_are_an_attack() -> None:
    since = [seen(1000 + n / 2, f"bad-{n % 2}") for n in range(30)] + [
        seen(1000 + n, "shared", False) for n in range(8)
    ]
    found = verdict(quiet(1000), sorted(since, key=lambda one: one.at_s), USUAL, None)
    assert found.looks is Looks.ATTACK
    assert found.hostile == {"bad-0", "bad-1"}
    assert "2 networks" in found.why


def test_a_few_names_from_each_of_three_strange_networks_are_an_attack_though_somebody_else_mistypes_too() -> None:
    since = [seen(1000 + n, f"bad-{n % 3}") for n in range(8)] + [seen(1003.5, "home-1")]
    since += [seen(1000.5 + n, f"home-{n}", False) for n in range(5)]
    found = verdict(quiet(1000), sorted(since, key=lambda one: one.at_s), USUAL, None)
    assert (found.looks, found.hostile) == (Looks.ATTACK, {"bad-0", "bad-1", "bad-2"})


def test_a_name_from_each_of_many_networks_is_no_attack_of_few() -> None:
    since = [seen(1000 + n, f"home-{n}") for n in range(8)]
    assert verdict(quiet(1000), since, USUAL, None).looks is Looks.OUTAGE


def test_a_shared_network_whose_people_all_fail_is_an_outage() -> None:
    since = [seen(1000 + n, "shared") for n in range(30)]
    assert verdict(quiet(1000), since, USUAL, None).looks is Looks.OUTAGE


def test_failures_on_top_of_as_many_successes_as_before_are_an_attack_from_everywhere() -> None:
    since = [seen(1000 + n, f"bot-{n}") for n in range(120)]
    since += [seen(1000.5 + 2 * n, f"home-{n}", False) for n in range(60)]
    found = verdict(quiet(1000), sorted(since, key=lambda one: one.at_s), USUAL, None)
    assert found.looks is Looks.ATTACK
    assert not found.hostile


def test_failures_instead_of_successes_are_an_outage() -> None:
    since = [seen(1000 + 2 * n, f"home-{n}", n % 2 == 0) for n in range(60)]
    assert verdict(quiet(1000), since, USUAL, None).looks is Looks.OUTAGE


def test_an_attack_that_hides_an_outage_is_called_an_outage() -> None:
    since = [seen(1000 + n / 2, "bad") for n in range(30)] + [seen(1000 + n, f"home-{n}") for n in range(15)]
    found = verdict(quiet(1000), sorted(since, key=lambda one: one.at_s), USUAL, None)
    assert found.looks is Looks.OUTAGE


def ripple(newcomers_fail: bool, reason: Reason = Reason.CSRF, at_s: float = 1005.0) -> Looks:
    """Forms opened before a restart at 1000 fail; people who come after it do or do not."""
    old = [seen(at_s + n, "home", True, reason)._replace(since_s=990.0) for n in range(10)]
    new = [seen(at_s + n + 0.5, f"new-{n}", newcomers_fail, reason) for n in range(12)]
    return verdict(quiet(1000), sorted(old + new, key=lambda one: one.at_s), USUAL, 1000.0).looks


def test_only_those_on_their_way_at_a_restart_fail_is_a_ripple() -> None:
    assert ripple(newcomers_fail=False) is Looks.RIPPLE


def test_newcomers_who_fail_after_a_restart_are_an_outage() -> None:
    assert ripple(newcomers_fail=True) is Looks.OUTAGE


def test_sessions_lost_at_a_restart_and_failures_long_after_it_are_no_ripple() -> None:
    assert ripple(newcomers_fail=False, reason=Reason.SESSION_UNKNOWN) is Looks.OUTAGE
    assert ripple(newcomers_fail=False, at_s=1100.0) is Looks.OUTAGE


def test_nothing_known_of_before_is_an_outage() -> None:
    assert verdict([], [seen(1000 + n, f"home-{n}") for n in range(9)], USUAL, None).looks is Looks.OUTAGE


def on_top(seconds: int) -> list[Observation]:
    """A stranger's name a second, and a success every other second, as ever."""
    since = [seen(1000.0 + n, f"bot-{n}") for n in range(seconds)]
    since += [seen(1000.5 + 2 * n, f"home-{n}", False) for n in range(seconds // 2)]
    return sorted(since, key=lambda one: one.at_s)


def test_the_first_failures_on_top_leave_it_open_and_a_few_more_tell_an_attack() -> None:
    first, later = (verdict(quiet(1000), on_top(seconds), USUAL, None) for seconds in (4, 20))
    assert (first.looks, first.is_open) == (Looks.OUTAGE, True)
    assert (later.looks, later.is_open) == (Looks.ATTACK, False)


def test_nothing_stays_open_when_fifteen_have_failed() -> None:
    failures = [seen(1000 + 2.8 * n, f"bot-{n}") for n in range(16)]
    since = sorted(
        [*failures, *(seen(1000.5 + 2.2 * n, f"home-{n}", False) for n in range(18))], key=lambda one: one.at_s
    )
    opened = [verdict(quiet(1000), since[: since.index(one) + 1], USUAL, None).is_open for one in failures[12:]]
    assert opened == [True, True, False, False]


def test_two_names_from_a_strange_network_of_which_nobody_signs_in_leave_it_open() -> None:
    since = [seen(1000 + n, "bad") for n in range(2)] + [seen(1002.5, "home-1", False)]
    assert verdict(quiet(1000), since, USUAL, None).is_open


def test_the_night_before_says_nothing_of_how_many_come_in_the_morning() -> None:
    night = [seen(-20_000.0 + 60 * n, f"home-{n}", False) for n in range(280)]
    morning = [seen(at / 4, f"home-{at}", at % 10 == 0) for at in range(-3_000 * 4, 4_000)]
    since = [seen(1000 + n / 4, f"home-{n}", n % 2 == 0) for n in range(120)]
    assert verdict(night + morning, since, USUAL, None) == verdict(morning, since, USUAL, None)
    assert verdict(night + morning, since, USUAL, None).looks is Looks.OUTAGE
