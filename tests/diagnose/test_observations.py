"""Onset, signals, and the tally of events under each configuration."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from doorward.diagnose.examined import Examination, LivenessExamined
from doorward.diagnose.observations import ONSET_SLACK, ConfigTally, Observations, tally
from doorward.model.detection import Looks, Signal
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent

World = Any  # the builders of conftest.py


def event(
    world: World, config: str | None, kind: Kind, outcome: Outcome, reason: Reason, at_s: float = 0
) -> SignInEvent:
    """One event of the provider."""
    return SignInEvent(world.onset + timedelta(seconds=at_s), "auth", kind, outcome, reason, config=config)


def test_the_onset_is_the_earliest_of_all_detections(world: World) -> None:
    later = world.detection(Signal.SERVER_ERRORS, onset=world.onset + timedelta(seconds=9))
    earlier = world.detection(Signal.SESSION_REJECTIONS)
    assert Observations(detections=(later, earlier)).onset == world.onset


def test_what_breaks_while_somebody_guesses_began_when_it_broke(world: World) -> None:
    guesses = replace(world.detection(Signal.SIGN_IN_FAILURES, "typed"), looks=Looks.ATTACK)
    broke_at = world.onset + timedelta(seconds=9)
    both = Observations(detections=(guesses, world.detection(Signal.SERVER_ERRORS, onset=broke_at)))
    assert both.onset == broke_at
    assert both.onset_span == (broke_at - ONSET_SLACK, broke_at + ONSET_SLACK)
    assert Observations(detections=(guesses,)).onset == world.onset


def test_without_a_detection_the_first_failed_probe_is_the_onset(world: World) -> None:
    failed = world.probe(ProbeOutcome.FAILED, "http-500")
    assert Observations(probes=(world.probe(), failed)).onset == failed.at
    assert Observations(probes=(world.probe(),)).onset is None


def test_a_blind_probe_is_no_signal(world: World) -> None:
    assert not Observations(probes=(world.probe(ProbeOutcome.BLIND, "no-network"),)).has_signal


def test_results_are_found_by_their_type_and_gaps_by_their_examination(world: World) -> None:
    observed = world.healthy()
    assert [result.component for result in observed.of(LivenessExamined)] == ["auth", "portal"]
    assert observed.not_examined(Examination.STORE) == ()


def test_a_change_is_felt_from_when_it_was_loaded_and_an_equal_content_is_no_change(world: World) -> None:
    suspect = world.suspect(before_onset_s=7200)
    loaded_at = world.onset - timedelta(seconds=3)
    assert replace(suspect, loaded_at=loaded_at).at == loaded_at
    assert suspect.alters
    assert not replace(suspect, change=replace(suspect.change, before=suspect.change.after)).alters
    assert not replace(suspect, change=replace(suspect.change, before=None)).alters


def test_events_are_tallied_by_digest_and_typed_mistakes_say_nothing(world: World) -> None:
    failed, passed = Outcome.FAILURE, Outcome.SUCCESS
    events = [
        event(world, "old", Kind.SESSION, passed, Reason.OK),
        event(world, "old", Kind.SIGN_IN, failed, Reason.WRONG_PASSWORD, 1),
        event(world, "new", Kind.SESSION, failed, Reason.NETWORK_CHANGED, 2),
        event(world, "new", Kind.REQUEST, failed, Reason.SERVER_ERROR, 3),
        event(world, "new", Kind.ERROR, failed, Reason.SERVER_ERROR, 3),
        event(world, "new", Kind.INQUIRY, Outcome.UNKNOWN, Reason.OTHER, 4),
        event(world, None, Kind.SESSION, passed, Reason.OK, 5),
    ]
    assert tally(events) == (
        ConfigTally("auth", "old", 1, 0),
        ConfigTally("auth", "new", 0, 2, world.onset + timedelta(seconds=2)),
    )
