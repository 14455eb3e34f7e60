"""What a check predicts and what is seen, in one vocabulary."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.symptoms import Symptom, of_words, predicted, seen
from doorward.model.detection import Signal
from doorward.model.finding import Severity, What
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("gets the sign-in form again for ever, with the right password", Symptom.SENT_BACK),
        ("is signed out", Symptom.SENT_BACK),
        ("come back from the provider and are not recognised", Symptom.SENT_BACK),
        ("sent-back-to-sign-in", Symptom.SENT_BACK),
        ("gets an error page (500), whatever the page", Symptom.SERVER_ERROR),
        ("http-503", Symptom.SERVER_ERROR),
        ("is redirected without end", Symptom.SENT_BACK),
        ("too-many-redirects", Symptom.SENT_BACK),
        ("gets an error page (400), whatever the page", Symptom.REFUSED),
        ("are stopped at the provider", Symptom.REFUSED),
        ("are told that their password is wrong", Symptom.NOT_BELIEVED),
        ("csrf-refused", Symptom.REFUSED),
        ("the process will not start", Symptom.UNREACHABLE),
        ("wrong-password", Symptom.NOT_BELIEVED),
    ],
)
def test_the_words_of_rules_and_probes_are_known(text: str, symptom: Symptom) -> None:
    assert of_words(text) == {symptom}


def test_a_prediction_in_unknown_words_falls_back_to_what_breaks(world: World) -> None:
    assert predicted((world.finding("has bad luck", What.OPEN_FORM),)) == {Symptom.REFUSED, Symptom.SERVER_ERROR}


def test_a_note_predicts_nothing(world: World) -> None:
    assert predicted((world.finding("is signed out", What.EXISTING_SESSION, severity=Severity.NOTE),)) == frozenset()


def test_a_process_that_will_not_start_gives_no_answer(world: World) -> None:
    assert Symptom.UNREACHABLE in predicted((world.finding("gets an error page", What.START),))


def test_nothing_unusual_is_no_symptom(world: World) -> None:
    assert seen(world.healthy()) == frozenset()


@pytest.mark.parametrize(
    ("signal", "reason", "symptom"),
    [
        (Signal.SESSION_REJECTIONS, "network-changed", Symptom.SENT_BACK),
        (Signal.SESSION_REJECTIONS, "", Symptom.SENT_BACK),
        (Signal.SERVER_ERRORS, "", Symptom.SERVER_ERROR),
        (Signal.SIGN_IN_FAILURES, "csrf", Symptom.REFUSED),
        (Signal.SIGN_IN_FAILURES, "provider-error", Symptom.SERVER_ERROR),
        (Signal.SIGN_IN_FAILURES, "wrong-password", Symptom.NOT_BELIEVED),
    ],
)
def test_a_detection_shows_its_symptom(world: World, signal: Signal, reason: str, symptom: Symptom) -> None:
    assert seen(replace(world.healthy(), detections=(world.detection(signal, reason),))) == {symptom}


def test_a_detection_of_an_unknown_reason_or_of_volume_shows_none(world: World) -> None:
    detections = (world.detection(Signal.SIGN_IN_FAILURES, "no-such-reason"), world.detection(Signal.SIGN_IN_VOLUME))
    assert seen(replace(world.healthy(), detections=detections)) == frozenset()


def test_a_reason_that_becomes_frequent_is_a_symptom_without_any_detection(world: World) -> None:
    during = world.now_as_usual(failures={(Kind.SIGN_IN, Reason.CSRF): 6})
    assert seen(replace(world.healthy(), during=during)) == {Symptom.REFUSED}


def test_an_unreachable_probe_is_no_answer_and_a_blind_one_says_nothing(world: World) -> None:
    unreachable = replace(world.healthy(), probes=(world.probe(ProbeOutcome.UNREACHABLE, "refused"),))
    blind = replace(world.healthy(), probes=(world.probe(ProbeOutcome.BLIND, "no-network"),))
    assert seen(unreachable) == {Symptom.UNREACHABLE}
    assert seen(blind) == frozenset()
