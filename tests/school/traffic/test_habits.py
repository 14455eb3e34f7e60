"""Habits: pauses scale, and browsers call themselves what they are."""

from random import Random

from school.traffic.habits import Habits, agent
from school.visitor import agent as family


def test_a_pause_is_between_half_and_one_and_a_half_of_its_mean() -> None:
    habits, chance = Habits(time_scale=0.1), Random(1)
    pauses = [habits.pause_s(10, chance) for _ in range(100)]
    assert 0.5 <= min(pauses) < 0.7 < 1.3 < max(pauses) <= 1.5


def test_three_families_of_browsers_come() -> None:
    chance = Random(1)
    assert {family(agent(chance)) for _ in range(200)} == {"chromium", "firefox", "safari"}
