"""Evidence keeps its promise on false alarms and finds the onset; recovery is found the same way."""

from __future__ import annotations

import math
import random

import pytest

from doorward.watch.evidence import RateEvidence, Recovery, ShareEvidence, wilson


def run_length(usual: float, true: float, threshold: float, chance: random.Random) -> int:
    """Observations until the evidence reaches the threshold."""
    evidence, count, log_threshold = ShareEvidence(usual), 0, math.log(threshold)
    while True:
        count += 1
        if chance.random() >= true:
            evidence.succeed()
        elif evidence.fail(count) >= log_threshold:
            return count


@pytest.mark.parametrize("usual", [0.02, 0.12])
def test_the_mean_run_between_false_alarms_is_at_least_the_threshold(usual: float) -> None:
    chance, threshold = random.Random(1), 200
    lengths = [run_length(usual, usual, threshold, chance) for _ in range(150)]
    mean = sum(lengths) / len(lengths)
    assert mean >= threshold


def test_failures_that_come_in_groups_keep_the_promise_and_are_not_slower_than_they_must_be() -> None:
    """One in ten brings a neighbour's failure with it: a dispersion of 1.22. Without groups it would take 1,400."""
    chance, goes_on = random.Random(7), 0.1
    begins = 0.08 * (1 - goes_on) / (1 - goes_on * 0.08)

    def run(begins: float, log_threshold: float) -> int:
        evidence, count = ShareEvidence(0.08), 0
        evidence.set_usual(0.08, (1 + goes_on) / (1 - goes_on))
        while True:
            count += 1
            if chance.random() >= begins:
                evidence.succeed()
                continue
            while True:
                if evidence.fail(count) >= log_threshold:
                    return count
                if chance.random() >= goes_on:
                    break
                count += 1

    quiet = [run(begins, math.log(300)) for _ in range(150)]
    assert sum(quiet) / len(quiet) >= 300
    broken = [run(begins * 1.5, math.log(2_592_000)) for _ in range(40)]
    assert sum(broken) / len(broken) < 2000


def test_a_jump_from_2_to_47_percent_is_found_nearly_as_fast_as_any_rule_could() -> None:
    """The least mean delay is 11.8 attempts (Moustakides 1986; bench/detection_delay.py solves it)."""
    chance = random.Random(2)
    delays = [run_length(0.02, 0.47, 2_592_000, chance) for _ in range(400)]
    assert 11 < sum(delays) / len(delays) < 11.8 * 1.35


def test_no_alarm_in_200_hours_of_attempts_at_the_very_envelope() -> None:
    """720,000 attempts in all, at the share that is just still usual; the budget is one alarm in 2.6 million each."""
    chance = random.Random(3)
    for usual in (0.001, 0.01, 0.05):
        evidence, attempts = ShareEvidence(usual), 0
        while attempts < 720_000:
            successes = int(math.log(1 - chance.random()) / math.log(1 - usual))
            attempts += successes + 1
            evidence.succeed(successes)
            assert evidence.fail(attempts) < math.log(2_592_000 * 40)


def test_the_onset_is_the_first_failure_of_the_run() -> None:
    evidence = ShareEvidence(0.02)
    evidence.fail(1)
    evidence.succeed(200)
    for at_s in (300, 301, 302):
        evidence.fail(at_s)
    assert evidence.onset_s == 300


def test_successes_settled_at_once_weigh_as_much_as_one_by_one() -> None:
    together, single = ShareEvidence(0.05), ShareEvidence(0.05)
    for evidence in (together, single):
        evidence.fail(1)
    together.succeed(30)
    for _ in range(30):
        single.succeed()
        single.log_e()
    assert together.fail(2) == pytest.approx(single.fail(2))


def test_two_failed_probes_in_a_row_weigh_a_million() -> None:
    evidence = ShareEvidence(0.001, sharp=True)
    evidence.succeed(5)
    evidence.fail(1)
    assert evidence.fail(2) > math.log(900_000)


def test_a_certain_fault_never_overflows() -> None:
    evidence = ShareEvidence(0.001)
    for at_s in range(2000):
        evidence.fail(at_s)
    assert math.isfinite(evidence.log_e())


def test_a_usual_rate_raises_no_alarm_in_200_hours() -> None:
    chance, evidence, per_s = random.Random(4), RateEvidence(0.5 / 60), 0.5 / 60
    at_s = second = 0.0
    while at_s < 200 * 3600:
        at_s += chance.expovariate(per_s)
        evidence.advance(int(second), int(at_s) - int(second), math.inf)
        second = at_s
        assert evidence.count(at_s) < math.log(2_592_000)


def test_a_silence_is_found_at_the_same_second_in_one_step_or_in_many() -> None:
    one, many = RateEvidence(0.25, falling=True), RateEvidence(0.25, falling=True)
    steps = [many.advance(second, 1, 15.0) for second in range(600)]
    assert one.advance(0, 600, 15.0) == next(step for step in steps if step is not None)


def test_a_silence_of_a_minute_is_noticed_where_a_quarter_of_sixty_a_minute_is_the_least() -> None:
    reached = RateEvidence(0.25, falling=True).advance(0, 600, math.log(2_592_000 * 30))
    assert reached is not None
    assert reached < 90


@pytest.mark.parametrize(
    ("usual", "failed", "seen", "true", "soon"),
    [(0.001, 4, 10, 0.4, 60), (0.001, 3, 3, 0.4, 20), (0.005, 4, 4, 1.0, 20), (0.12, 30, 90, 0.33, 80)],
)
def test_recovery_comes_with_good_observations_and_not_while_it_is_bad(
    usual: float, failed: int, seen: int, true: float, soon: int
) -> None:
    chance, recovery = random.Random(5), Recovery.of_share(usual, failed, seen)
    for _ in range(300):
        assert not (recovery.bad() if chance.random() < true else recovery.good())
    assert any(recovery.good() for _ in range(soon))


def test_a_probe_has_recovered_when_it_passed_twice() -> None:
    recovery = Recovery.of_probe(0.001)
    assert [recovery.good(), recovery.bad(), recovery.good(), recovery.good()] == [False, False, False, True]


def test_an_interval_has_two_ends() -> None:
    assert wilson(0, 1000) == pytest.approx(0.0027, abs=2e-4)
    assert wilson(50, 1000) == pytest.approx(0.0625, abs=1e-3)
    assert wilson(3, 3, -1.645) == pytest.approx(0.526, abs=1e-3)


def test_a_rate_recovers_after_quiet_minutes() -> None:
    recovery = Recovery.of_rate(0.5 / 60, 30 / 60)
    assert not recovery.good(30)
    assert recovery.good(90)
