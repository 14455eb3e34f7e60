"""Jumps of a share beside a level that wanders: found soon, and not for its wandering."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

import pytest

from doorward.watch.level_evidence import LevelEvidence, Run

SHARE = 0.08
SPREAD = 0.08
FORGETS_S = 7200.0
PEOPLE_S = 1.0
THRESHOLD = math.log(60 * 43_200)


def _runs(seed: int, jumps_at: float = math.inf, jump: float = 1.5, before: int = 2000) -> Iterator[Run]:
    """Runs of eight failures of people who come each second, the level wandering; `before` runs in all."""
    chance, level, now, began = Random(seed), 0.0, 0.0, 0.0
    for _ in range(before):
        failures = people = 0
        while failures < 8:
            now += PEOPLE_S
            people += 1
            level += -level * PEOPLE_S / FORGETS_S + SPREAD * math.sqrt(2 * PEOPLE_S / FORGETS_S) * chance.gauss(0, 1)
            share = SHARE * math.exp(level) * (jump if now >= jumps_at else 1.0)
            failures += chance.random() < share
        yield Run(began, now, failures, people, SHARE)
        began = now


def _watched() -> LevelEvidence:
    watched = LevelEvidence(FORGETS_S)
    watched.set_usual(SHARE, SPREAD, 1.0)
    return watched


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_jump_by_half_is_found_within_an_hour_or_two(seed: int) -> None:
    watched = _watched()
    found = next(run.ended_s for run in _runs(seed, jumps_at=20_000) if watched.run(run) >= THRESHOLD)
    assert 20_000 < found < 26_000


def test_the_onset_is_near_the_jump() -> None:
    watched = _watched()
    next(run for run in _runs(4, jumps_at=20_000) if watched.run(run) >= THRESHOLD)
    assert watched.onset_s == pytest.approx(20_000, abs=600)


def test_a_level_that_only_wanders_is_told_less_often_than_its_threshold_says() -> None:
    watched, low, told, people = _watched(), math.log(2000), 0, 0
    for run in _runs(5, before=6000):
        people += run.people
        if watched.run(run) >= low:
            told += 1
            watched.reset()
    assert told < 2 * people / 2000


def test_a_level_that_moved_slowly_is_followed() -> None:
    watched, now, most = _watched(), 0.0, -math.inf
    for number in range(600):
        people = round(8 / (SHARE * (1 + 0.25 * number / 600)))
        most = max(most, watched.run(Run(now, now + people, 8, people, SHARE)))
        now += people
    assert most < THRESHOLD


def test_a_reset_forgets_the_evidence_and_not_the_level() -> None:
    watched = _watched()
    for run in _runs(6, jumps_at=0, jump=1.3, before=200):
        watched.run(run)
    watched.reset()
    begun_anew = _watched()
    run = Run(1e6, 1e6 + 80, 8, 80, SHARE)
    assert watched.log_e == -math.inf
    assert watched.run(run) == pytest.approx(begun_anew.run(run))
    follows = Run(1e6 + 80, 1e6 + 160, 8, 80, SHARE)
    watched.forget()
    assert watched.run(follows) == pytest.approx(_watched().run(follows))


def test_a_total_failure_never_overflows() -> None:
    watched = _watched()
    for number in range(5000):
        assert math.isfinite(watched.run(Run(number, number + 1.0, 8, 8, SHARE)))
    assert watched.best[0] == pytest.approx(math.log(2.0))


def test_where_few_fail_the_level_is_not_followed() -> None:
    watched = _watched()
    for run in _runs(7, jumps_at=0, before=20):
        watched.run(run)
    watched.set_usual(SHARE, None, 1.0)
    assert watched.log_e == -math.inf
    assert watched.run(Run(1e5, 1e5 + 8, 8, 8, SHARE)) == -math.inf


def test_a_jump_is_larger_where_few_fail_as_usual() -> None:
    watched = _watched()
    for number in range(40):
        watched.run(Run(number * 100.0, number * 100.0 + 100, 8, 40, SHARE / 2))
    failing = SHARE / (1 - SHARE)
    assert watched.best[0] == pytest.approx(math.log(1 + failing * (1 - SHARE / 2) / (SHARE / 2)))


def test_the_same_part_of_people_is_a_stronger_jump_at_an_hour_of_few_failures() -> None:
    failing = 0.5 * SHARE / (1 - SHARE)
    share = SHARE / 2 + (1 - SHARE / 2) * failing
    found = []
    for whole in (SHARE, SHARE / 2):
        watched = LevelEvidence(FORGETS_S)
        watched.set_usual(whole, SPREAD, 1.0)
        for number in range(20):
            watched.run(Run(number * 100.0, number * 100.0 + 100, 8, round(8 / share), SHARE / 2))
        found.append(watched.log_e)
    assert found[0] > found[1] + 1


def test_a_share_of_nearly_all_can_still_jump() -> None:
    watched = LevelEvidence(FORGETS_S)
    watched.set_usual(1.0, SPREAD, 1.0)
    assert math.isfinite(watched.run(Run(0.0, 9.0, 8, 9, 0.9)))
    assert math.isfinite(watched.best[1])


@pytest.mark.parametrize(("again_s", "onset_s"), [(100.0, 0.0), (36_000.0, 36_000.0)], ids=["at once", "hours later"])
def test_a_jump_of_long_ago_gives_way_to_one_of_now(again_s: float, onset_s: float) -> None:
    watched = _watched()
    watched.run(Run(0.0, 100.0, 8, 40, SHARE))
    watched.run(Run(again_s, again_s + 100, 8, 40, SHARE))
    assert watched.onset_s == onset_s
