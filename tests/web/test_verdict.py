"""The headline: what is recorded decides, silence never reads as health, and one failing probe is not yet an outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult, Step
from doorward.model.sign_in import Bucket, Kind, Outcome, Reason
from doorward.web import verdict

NOW = datetime(2026, 11, 21, 21, 4, 33, tzinfo=UTC)


def result(name: str, outcome: ProbeOutcome, age_s: float = 5) -> ProbeResult:
    """A probe's last result."""
    reason = "ok" if outcome is ProbeOutcome.PASSED else "http-500"
    step = Step("open", "GET", "/", 200, 10.0)
    return ProbeResult(name, NOW - timedelta(seconds=age_s), outcome, reason, "signed-in", (step,))


PASSED, FAILED, BLIND = ProbeOutcome.PASSED, ProbeOutcome.FAILED, ProbeOutcome.BLIND


@pytest.mark.parametrize(
    ("latest", "succeeded", "words", "tone"),
    [
        ([], 0, "Cannot tell: no probe has run yet", "unknown"),
        ([], 40, "People can sign in", "good"),
        ([result("a", PASSED)], 0, "People can sign in", "good"),
        ([result("a", PASSED, 600)], 40, "Cannot tell: no probe has run for 10 min", "unknown"),
        ([result("a", FAILED)], 0, "People cannot sign in: probe a failed (http 500)", "bad"),
        ([result("a", FAILED), result("b", PASSED)], 9, "Cannot tell: probe a failed (http 500)", "unknown"),
        ([result("a", FAILED), result("b", FAILED)], 9, "People cannot sign in: probe a failed (http 500)", "bad"),
        (
            [result("a", BLIND), result("b", PASSED)],
            9,
            "Cannot tell: probe a could not look: Doorward has no network itself",
            "unknown",
        ),
    ],
)
def test_without_an_incident_fresh_probes_decide(
    latest: list[ProbeResult], succeeded: int, words: str, tone: str
) -> None:
    found = verdict.headline(None, latest, latest, succeeded, 65, NOW)
    assert (found.words, found.tone) == (words, tone)


@pytest.mark.parametrize(
    ("latest", "counted", "words", "because"),
    [
        (
            [result("a", FAILED)],
            [result("a", PASSED, 25)],
            "People can sign in",
            "The probe signed in within the last 25 s. Probe a failed (http 500) since, which may be chance.",
        ),
        ([result("a", FAILED)], [], "Cannot tell: probe a failed (http 500)", "It may be chance; the next run tells."),
        (
            [result("a", FAILED)],
            [result("a", PASSED, 66)],
            "Cannot tell: probe a failed (http 500)",
            "It may be chance",
        ),
        ([result("a", FAILED, 66)], [result("a", PASSED, 90)], "Cannot tell: no probe has run for 1 min 6 s", "0 sign"),
        (
            [result("a", FAILED), result("b", FAILED)],
            [result("a", FAILED), result("b", PASSED, 25)],
            "Cannot tell: probe a failed (http 500)",
            "Probe b failed (http 500) since, which may be chance.",
        ),
    ],
)
def test_a_failure_that_may_be_chance_is_told_and_does_not_change_the_headline(
    latest: list[ProbeResult], counted: list[ProbeResult], words: str, because: str
) -> None:
    found = verdict.headline(None, latest, counted, 0, 65, NOW)
    assert found.words == words
    assert because in found.because
    assert "The other" not in found.because


def bucket(**counts: int) -> Bucket:
    """A window; the names say what is counted."""
    keys = {
        "signed_in": (Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK),
        "mistyped": (Kind.SIGN_IN, Outcome.FAILURE, Reason.WRONG_PASSWORD),
        "csrf": (Kind.SIGN_IN, Outcome.FAILURE, Reason.CSRF),
        "answered": (Kind.REQUEST, Outcome.SUCCESS, Reason.OK),
        "errors": (Kind.REQUEST, Outcome.FAILURE, Reason.SERVER_ERROR),
        "accepted": (Kind.SESSION, Outcome.SUCCESS, Reason.OK),
        "refused": (Kind.SESSION, Outcome.FAILURE, Reason.NETWORK_CHANGED),
    }
    return Bucket("auth", NOW, 10.0, {keys[name]: events for name, events in counts.items()})


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"signed_in": 10, "mistyped": 9}, "works as usual"),
        ({"signed_in": 10, "csrf": 9}, "refuses sign-ins"),
        ({"answered": 50, "errors": 50}, "answers with errors"),
        ({"accepted": 50, "refused": 50}, "rejects sessions"),
        ({"accepted": 95, "refused": 5}, "works as usual"),
    ],
)
def test_a_component_light_ignores_what_people_mistype(counts: dict[str, int], words: str) -> None:
    assert verdict.component_light("auth", "provider", [bucket(**counts)], "").words == words


def test_a_component_without_events_is_said_to_be_unseen_not_well() -> None:
    light = verdict.component_light("auth", "provider", [], "")
    assert (light.tone, light.words) == ("plain", "nothing seen in the last 2 minutes")


@pytest.mark.parametrize(
    ("state", "age_s", "tone"),
    [("green", 5, "good"), ("amber", 5, "unknown"), ("red", 5, "bad"), ("green", 91, "unknown")],
)
def test_doorwards_own_parts_are_well_only_while_they_say_so(state: str, age_s: float, tone: str) -> None:
    assert verdict.own_light("watch", state, "", NOW - timedelta(seconds=age_s), 90, NOW).tone == tone
