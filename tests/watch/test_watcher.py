"""The watcher meets the reported incidents in time, stays calm on quiet days, and tells each thing once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from statistics import mean, median

import pytest

from doorward.model.detection import Detection, Direction, Looks, Signal
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.watch.settings import WatchSettings
from doorward.watch.watcher import Watcher, detectors
from tests.watch.crowd import BEGAN, Crowd

BOTH = ("auth", "portal")


def fed(events: Iterable[SignInEvent], settings: WatchSettings | None = None) -> tuple[Watcher, tuple[Detection, ...]]:
    """A watcher that has seen the events, and its detections."""
    watcher, seen = Watcher(settings or WatchSettings(), BOTH), tuple(events)
    watcher.feed(seen)
    return watcher, watcher.advance(seen[-1].at)


def delay_s(crowd: Crowd) -> float:
    """Seconds from the first person hurt to the first detection; the detection must not come before."""
    _, found = fed(crowd.events)
    assert crowd.hurt_at is not None
    if not found:
        return float("inf")
    return (found[0].detected_at - crowd.hurt_at).total_seconds()


def test_incident_a_is_detected_within_15_s_of_the_first_person_hurt_in_nine_of_ten_runs_and_mostly_within_8_s() -> (
    None
):
    delays = [delay_s(Crowd(seed, 55, fault="A")) for seed in range(60)]
    assert min(delays) >= 0
    assert sum(delay <= 15 for delay in delays) >= 54
    assert median(delays) < 8


def test_incident_a_is_told_as_fresh_sessions_that_left_their_network() -> None:
    crowd = Crowd(1, 80, fault="A")
    _, found = fed(crowd.events)
    first = found[0]
    assert (first.signal, first.direction) == (Signal.SESSION_REJECTIONS, Direction.UP)
    assert dict(first.segment) == {"component": "auth", "session": "fresh", "reason": "network-changed"}
    assert crowd.hurt_at is not None
    assert abs(first.onset - crowd.hurt_at) < timedelta(seconds=1)
    assert first.observed > 0.2 > first.expected
    assert first.people >= 3
    assert first.evidence_log_e >= first.threshold_log_e


def test_incident_b_is_detected_in_a_few_seconds() -> None:
    delays = [delay_s(Crowd(seed, 50, fault="B")) for seed in range(40)]
    assert min(delays) >= 0
    assert mean(delays) < 6
    assert sum(delay <= 15 for delay in delays) >= 39


def test_a_longer_session_life_is_no_detection() -> None:
    """Incident C: nothing changes for anybody but the digest of the configuration."""
    for seed in range(4):
        crowd = Crowd(seed, 180)
        events = (
            replace(event, config="after" if event.at > BEGAN + timedelta(minutes=1) else "before")
            for event in crowd.events
        )
        assert fed(events)[1] == ()


def test_quiet_hours_of_a_whole_school_raise_no_alarm() -> None:
    for seed in range(2):
        watcher, found = fed(Crowd(seed, 2400).events)
        assert found == ()
        assert watcher.quiet_since() is not None


def test_each_segment_is_told_once_until_it_has_recovered_and_then_again() -> None:
    first = Crowd(3, 400, fault="A", repaired_at_s=120)
    watcher, found = fed(first.events)
    assert len({(detection.signal, detection.segment) for detection in found}) == len(found)
    assert watcher.is_recovered(Signal.SESSION_REJECTIONS, found[0].segment)
    later = [replace(event, at=event.at + timedelta(seconds=500)) for event in Crowd(4, 80, fault="A").events]
    watcher.feed(later)
    again = watcher.advance(later[-1].at)
    assert again[0].segment == found[0].segment


def test_it_does_not_recover_while_the_fault_lasts() -> None:
    watcher, found = fed(Crowd(3, 300, fault="A").events)
    assert not watcher.is_recovered(Signal.SESSION_REJECTIONS)
    assert not watcher.is_recovered(Signal.SESSION_REJECTIONS, found[0].segment)
    assert watcher.is_recovered(Signal.SERVER_ERRORS)
    assert watcher.quiet_since() is None
    assert watcher.suspicious()[0].detected


def test_the_batches_in_which_events_come_change_nothing() -> None:
    crowd = Crowd(7, 90, fault="A")
    _, whole = fed(crowd.events)
    watcher, pieces = Watcher(WatchSettings(), BOTH), []
    for start in range(0, len(crowd.events), 13):
        batch = crowd.events[start : start + 13]
        watcher.feed(batch)
        pieces += watcher.advance(batch[-1].at + timedelta(seconds=0.5))
    assert sorted(pieces, key=lambda found: found.detected_at) == list(whole)


def guesses(count: int, sources: int) -> list[SignInEvent]:
    """Wrong passwords for many names from few networks, three a second."""
    return [
        SignInEvent(
            BEGAN + timedelta(seconds=number / 3),
            "auth",
            Kind.SIGN_IN,
            Outcome.FAILURE,
            Reason.WRONG_PASSWORD,
            person=f"guessed-{number}",
            source=f"network-{number % sources}",
        )
        for number in range(count)
    ]


def test_a_storm_of_wrong_passwords_is_a_detection_of_its_own_segment_and_of_no_other() -> None:
    _, found = fed(sorted(Crowd(1, 120).events + guesses(300, 2), key=lambda event: event.at))
    assert [dict(detection.segment) for detection in found] == [{"component": "auth", "reason": "typed"}]


def test_a_storm_that_comes_upon_known_traffic_is_called_an_attack_and_hides_no_outage() -> None:
    storm = [replace(event, at=event.at + timedelta(seconds=90)) for event in guesses(300, 2)]
    _, found = fed(sorted(Crowd(1, 220).events + storm, key=lambda event: event.at))
    assert [detection.looks for detection in found] == [Looks.ATTACK]
    broken = Crowd(1, 220, fault="A", fault_at_s=130)
    _, found = fed(sorted(broken.events + storm, key=lambda event: event.at))
    assert found[0].looks is Looks.ATTACK
    assert found[1].looks is Looks.OUTAGE
    assert found[1].signal is Signal.SESSION_REJECTIONS


def test_one_robot_on_one_broken_page_is_no_crowd() -> None:
    robot = [
        SignInEvent(
            BEGAN + timedelta(seconds=second),
            "portal",
            Kind.REQUEST,
            Outcome.FAILURE,
            Reason.SERVER_ERROR,
            source="robot",
            route="broken",
            status=500,
        )
        for second in range(120)
    ]
    assert fed(sorted(Crowd(2, 120).events + robot, key=lambda event: event.at))[1] == ()


def probed(watcher: Watcher, outcomes: str) -> tuple[Detection, ...]:
    """Feed probes, a letter each: p passed, f failed, b blind."""
    kinds = {"p": ProbeOutcome.PASSED, "f": ProbeOutcome.FAILED, "b": ProbeOutcome.BLIND}
    found: tuple[Detection, ...] = ()
    for number, letter in enumerate(outcomes):
        at = BEGAN + timedelta(seconds=20 * number)
        watcher.probe(ProbeResult("oidc", at, kinds[letter], "http-500", "signed in", ()))
        found += watcher.advance(at)
    return found


@pytest.mark.parametrize(("outcomes", "detections"), [("pppf", 0), ("pfpf", 0), ("ppff", 1), ("fff", 1), ("bbbb", 0)])
def test_two_failed_probes_in_a_row_are_a_detection(outcomes: str, detections: int) -> None:
    assert len(probed(Watcher(WatchSettings(), BOTH), outcomes)) == detections


def test_probes_in_the_logs_are_left_out() -> None:
    crowd = Crowd(1, 80, fault="A")
    watcher, found = fed(replace(event, probe=True) for event in crowd.events)
    assert found == ()
    assert watcher.series("auth") == ()


def test_history_that_people_vouch_for_teaches_what_is_usual_without_a_detection() -> None:
    """One person in four types a wrong password here: a detection for who knows nothing, usual for who has learned."""
    crowd = [
        replace(event, reason=Reason.WRONG_PASSWORD, outcome=Outcome.FAILURE)
        if event.kind is Kind.SIGN_IN and event.component == "auth" and number % 4 == 0
        else event
        for number, event in enumerate(Crowd(5, 5 * 3600, per_min=12).events)
    ]
    history, today = crowd[: len(crowd) // 5 * 4], crowd[len(crowd) // 5 * 4 :]
    assert fed(today)[1] != ()
    watcher = Watcher(WatchSettings(), BOTH)
    watcher.warm_start(history)
    watcher.feed(today)
    assert watcher.advance(today[-1].at) == ()
    typed = next(rate for rate in watcher.usual() if dict(rate.segment).get("reason") == "typed")
    assert typed.learned
    assert typed.expected is not None
    assert typed.expected > 0.2


def test_a_silence_is_told_once_a_day_is_known() -> None:
    settings = WatchSettings(block_s=300)
    quiet = [
        SignInEvent(
            BEGAN + timedelta(seconds=6 * number), "auth", Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK, person=f"p{number}"
        )
        for number in range(26 * 600)
    ]
    watcher, found = fed(quiet, settings)
    assert found == ()
    end = quiet[-1].at
    assert watcher.advance(end + timedelta(seconds=20)) == ()
    (silence,) = watcher.advance(end + timedelta(minutes=20))
    assert (silence.signal, silence.direction) == (Signal.SIGN_IN_VOLUME, Direction.DOWN)
    assert timedelta(0) < silence.detected_at - end < timedelta(minutes=12)
    assert silence.onset - end < timedelta(seconds=10)
    assert silence.looks is Looks.LOG_SILENT


def test_volume_says_nothing_of_a_service_whose_usual_traffic_is_not_known() -> None:
    crowd = Crowd(1, 1800)
    watcher, _ = fed(crowd.events)
    assert watcher.advance(crowd.events[-1].at + timedelta(hours=5)) == ()
    volume = [rate for rate in watcher.usual() if rate.signal is Signal.SIGN_IN_VOLUME]
    assert [rate.expected for rate in volume] == [None, None]


def test_the_parts_of_the_budget_add_up_to_it() -> None:
    settings = WatchSettings(false_alarms_per_month=2)
    watcher = Watcher(settings, BOTH)
    spent = sum(segment.identity.budget for segment in watcher._segments())
    unspent = sum(2 * d.weight for d in detectors() if d.probe_prior or d.parts) / sum(d.weight for d in detectors())
    assert spent + unspent == pytest.approx(2)


def test_windows_of_a_component_are_kept_for_charts() -> None:
    watcher, _ = fed(Crowd(1, 65).events)
    series = watcher.series("auth")
    assert [bucket.width_s for bucket in series] == [10.0] * len(series)
    assert sum(bucket.total(Kind.SIGN_IN) for bucket in series) > 30
