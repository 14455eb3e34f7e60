"""The smallest part that explains a departure is named, and the interval of its onset."""

from __future__ import annotations

from random import Random

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.localisation import interval, smallest
from doorward.watch.observation import Observation, tally
from tests.watch.crowd import BEGAN


def seen(number: int, failed: bool, **named: str) -> Observation:
    outcome = Outcome.FAILURE if failed else Outcome.SUCCESS
    event = SignInEvent(BEGAN, "auth", Kind.SIGN_IN, outcome, Reason.OTHER, **named)  # type: ignore[arg-type]
    return Observation(float(number), f"p{number}", failed, "other", 1, event)


def crowd(broken: dict[str, str], count: int = 120) -> list[Observation]:
    """People of three clients and two browsers; those who have all of `broken` fail, one in fifty of the others."""
    people = []
    for number in range(count):
        named = {"client": ("portal", "library", "mail")[number % 3], "agent": ("firefox", "safari")[number % 2]}
        fails = broken.items() <= named.items() if broken else number % 2 == 0
        people.append(seen(number, fails or number % 50 == 49, **named))
    return people


def test_one_broken_client_is_named() -> None:
    assert smallest(crowd({"client": "library"}), 0.02) == (("client", "library"),)


def test_one_browser_on_one_client_is_named_by_both() -> None:
    assert smallest(crowd({"client": "library", "agent": "safari"}), 0.02) == (
        ("client", "library"),
        ("browser", "safari"),
    )


def test_a_departure_of_all_alike_has_no_smaller_part() -> None:
    chance = Random(3)
    people = [seen(n, chance.random() < 0.5, client=("portal", "mail")[n % 2]) for n in range(100)]
    assert smallest(people, 0.02) == ()
    assert smallest(people[:2], 0.02) == ()


def test_the_interval_holds_the_onset_in_nineteen_of_twenty_runs() -> None:
    chance, held = Random(4), 0
    for _ in range(200):
        before = [Observation(float(n), None, chance.random() < 0.02, "") for n in range(300)]
        after = [Observation(float(300 + n), None, chance.random() < 0.5, "") for n in range(12)]
        first_s, last_s = interval(before + after, 3.2, -0.67)
        held += first_s <= 300 <= last_s
    assert held >= 190


def test_a_tally_counts_successes_that_stand_in_one() -> None:
    assert tally([Observation(0.0, None, False, "", 7), Observation(1.0, "p", True, "x")]) == (1, 8)
