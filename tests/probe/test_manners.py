"""A probe knocks at its own pace, stays away when it is asked to, and is believed when it fails again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.manners import Jury, Patience, evidence, pause_s

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OUTCOMES = {
    "p": ProbeOutcome.PASSED,
    "f": ProbeOutcome.FAILED,
    "u": ProbeOutcome.UNREACHABLE,
    "b": ProbeOutcome.BLIND,
    "w": ProbeOutcome.WAITING,
}


def went(letter: str, second: int = 0, vantage: str = "", wait_s: float | None = None) -> ProbeResult:
    at = BEGAN + timedelta(seconds=second)
    return ProbeResult("sign-in", at, OUTCOMES[letter], letter, "", (), vantage=vantage, wait_s=wait_s)


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ("pppp", ["p", "p", "p", "p"]),
        ("f", [""]),
        ("ff", ["", "ff"]),
        ("uf", ["", "uf"]),
        ("fff", ["", "ff", "f"]),
        ("pfp", ["p", "", "p"]),
        ("fpf", ["", "p", "f"]),
        ("fppf", ["", "p", "p", ""]),
        ("fbf", ["", "", "ff"]),
        ("fwf", ["", "", "ff"]),
        ("bbbb", ["", "", "", ""]),
    ],
)
def test_two_failures_of_the_last_three_are_evidence_and_one_is_not(runs: str, told: list[str]) -> None:
    jury = Jury(2, 3)
    heard = [jury.hear(went(letter, second)) for second, letter in enumerate(runs)]
    assert ["".join(result.reason for result in counted) for counted in heard] == told


@given(st.text("pfubw", max_size=12))
def test_one_of_one_is_every_result_that_speaks_of_the_service(runs: str) -> None:
    results = [went(letter, second) for second, letter in enumerate(runs)]
    jury = Jury(1, 1)
    heard = [counted for result in results for counted in jury.hear(result)]
    assert heard == [result for result in results if result.reason not in "bw"]


@given(st.text("pfubw", max_size=12), st.integers(1, 4), st.integers(1, 4))
def test_nothing_is_told_twice_and_no_pass_is_lost(runs: str, failures: int, of_last: int) -> None:
    results = [went(letter, second) for second, letter in enumerate(runs)]
    found = evidence(results, failures, of_last)
    assert len({result.at for result in found}) == len(found)
    assert [result for result in found if result.reason in "pbw"] == [one for one in results if one.reason in "pbw"]


def test_vantage_points_are_heard_apart() -> None:
    results = [went("f", 0, "office"), went("f", 1, "cloud"), went("p", 2, "cloud"), went("f", 3, "office")]
    assert [(one.vantage, one.reason) for one in evidence(results, 2, 3)] == [
        ("office", "f"),
        ("cloud", "p"),
        ("office", "f"),
    ]


@given(st.floats(0.1, 3600), st.floats(0, 1), st.floats(0, 1))
def test_the_pause_stays_within_its_jitter(every_s: float, jitter: float, draw: float) -> None:
    paused = pause_s(every_s, jitter, draw)
    assert every_s * (1 - jitter) - 1e-6 <= paused <= every_s * (1 + jitter) + 1e-6


def test_a_probe_that_is_asked_to_wait_stays_away_longer_each_time() -> None:
    patience = Patience()
    away = []
    for second in range(5):
        patience.learn(went("w", second), every_s=20)
        away.append((patience.until - BEGAN).total_seconds() - second if patience.until else None)
    assert away == [60, 120, 240, 480, 960]
    assert patience.stays_away(BEGAN + timedelta(seconds=600))
    assert not patience.stays_away(BEGAN + timedelta(seconds=1000))


def test_what_the_service_says_goes_before_our_own_measure_but_never_below_the_probes_pace() -> None:
    patience = Patience()
    patience.learn(went("w", wait_s=300.0), every_s=20)
    assert patience.until == BEGAN + timedelta(seconds=300)
    patience.learn(went("w", wait_s=0.0), every_s=20)
    assert patience.until == BEGAN + timedelta(seconds=20)


@pytest.mark.parametrize("letter", ["p", "f", "u", "b"])
def test_any_other_end_lets_the_probe_knock_again(letter: str) -> None:
    patience = Patience()
    patience.learn(went("w"), every_s=20)
    patience.learn(went(letter, 60), every_s=20)
    assert (patience.until, patience.times) == (None, 0)
