"""Symptoms: one vocabulary for what people meet, so that what a check predicted can be compared with what is seen."""

from __future__ import annotations

from enum import StrEnum

from doorward.diagnose import reasons
from doorward.diagnose.observations import Observations
from doorward.model.detection import Detection, Signal
from doorward.model.finding import Finding, Severity, What
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import Reason


class Symptom(StrEnum):
    """What a person meets."""

    SENT_BACK = "sent back to the sign-in form"
    SERVER_ERROR = "an error page (5xx)"
    REFUSED = "a refusal (4xx)"
    NOT_BELIEVED = "the password is not accepted"
    UNREACHABLE = "no answer"


_OF_REASON: dict[Reason, Symptom] = {
    Reason.SESSION_UNKNOWN: Symptom.SENT_BACK,
    Reason.SESSION_EXPIRED: Symptom.SENT_BACK,
    Reason.SESSION_UNREADABLE: Symptom.SENT_BACK,
    Reason.NETWORK_CHANGED: Symptom.SENT_BACK,
    Reason.ENDED_AT_PROVIDER: Symptom.SENT_BACK,
    Reason.SERVER_ERROR: Symptom.SERVER_ERROR,
    Reason.PROVIDER_ERROR: Symptom.SERVER_ERROR,
    Reason.CSRF: Symptom.REFUSED,
    Reason.STATE_MISMATCH: Symptom.REFUSED,
    Reason.TOKEN_REFUSED: Symptom.REFUSED,
    Reason.ACCESS_DENIED: Symptom.REFUSED,
    Reason.WRONG_PASSWORD: Symptom.NOT_BELIEVED,
    Reason.WRONG_SECOND_FACTOR: Symptom.NOT_BELIEVED,
    Reason.UNKNOWN_PERSON: Symptom.NOT_BELIEVED,
    Reason.LOCKED_OUT: Symptom.NOT_BELIEVED,
}
_OF_SIGNAL: dict[Signal, Symptom] = {
    Signal.SESSION_REJECTIONS: Symptom.SENT_BACK,
    Signal.SERVER_ERRORS: Symptom.SERVER_ERROR,
}
# Words by which a rule's symptom or a probe's reason is known; every row that fits counts.
_WORDS: tuple[tuple[Symptom, tuple[str, ...]], ...] = (
    (
        Symptom.SENT_BACK,
        (
            *("sent back", "sent-back", "signed out", "signed-out", "sign-in form", "sign-in page"),
            *("sign in again", "sign in each time", "stay signed in", "not recognised", "redirect"),
        ),
    ),
    (Symptom.SERVER_ERROR, ("500", "502", "503", "5xx", "server error", "server-error", "error-page")),
    (
        Symptom.REFUSED,
        ("400", "403", "404", "csrf", "stopped at", "refus", "forbidden", "denied", "mismatch", "rejected"),
    ),
    (Symptom.NOT_BELIEVED, ("wrong password", "wrong-password", "is wrong", "locked out", "locked-out")),
    (Symptom.UNREACHABLE, ("not start", "no answer", "no-answer", "unreachable", "nothing listens", "cannot connect")),
)
# What is left of a prediction when its words are not known: what that exchange looks like when it breaks.
_OF_WHAT: dict[What, tuple[Symptom, ...]] = {
    What.START: (Symptom.UNREACHABLE, Symptom.SERVER_ERROR),
    What.EXISTING_SESSION: (Symptom.SENT_BACK, Symptom.SERVER_ERROR),
    What.SSO_RETURN: (Symptom.SENT_BACK, Symptom.SERVER_ERROR),
    What.OTHER_WORKER: (Symptom.SENT_BACK, Symptom.SERVER_ERROR),
    What.OPEN_FORM: (Symptom.REFUSED, Symptom.SERVER_ERROR),
    What.TOKEN_REFRESH: (Symptom.SENT_BACK, Symptom.SERVER_ERROR),
    What.NEW_SIGN_IN: (Symptom.SENT_BACK, Symptom.SERVER_ERROR, Symptom.REFUSED, Symptom.NOT_BELIEVED),
    What.STALE_COOKIE_SIGN_IN: (Symptom.SENT_BACK, Symptom.SERVER_ERROR, Symptom.REFUSED),
    What.SIGN_IN_NO_RETURN: (Symptom.SENT_BACK, Symptom.SERVER_ERROR),
    What.ANONYMOUS_VISIT: (Symptom.SERVER_ERROR, Symptom.REFUSED),
}


def of_words(text: str) -> frozenset[Symptom]:
    """Every symptom that the text names."""
    lower = text.lower()
    return frozenset(symptom for symptom, words in _WORDS if any(word in lower for word in words))


def predicted(findings: tuple[Finding, ...]) -> frozenset[Symptom]:
    """What the findings say people will meet; notes predict nothing."""
    symptoms: frozenset[Symptom] = frozenset()
    for finding in findings:
        if finding.severity is Severity.NOTE:
            continue
        named = of_words(finding.effect.symptom)
        symptoms |= named or frozenset(s for what in finding.effect.what for s in _OF_WHAT.get(what, ()))
        if What.START in finding.effect.what:
            symptoms |= {Symptom.UNREACHABLE}
    return symptoms


def seen(observations: Observations) -> frozenset[Symptom]:
    """What people and probes meet, by detections, probes, and reasons that became frequent."""
    symptoms = {symptom for detection in observations.detections for symptom in _of_detection(detection)}
    symptoms |= {symptom for probe in observations.failed_probes for symptom in _of_probe(probe)}
    symptoms |= {_OF_REASON[rise.reason] for rise in reasons.risen(observations, _OF_REASON)}
    return frozenset(symptoms)


def _of_detection(detection: Detection) -> frozenset[Symptom]:
    named = frozenset(
        _OF_REASON[Reason(value)]
        for key, value in detection.segment
        if key == "reason" and value in set(Reason) and Reason(value) in _OF_REASON
    )
    if named:
        return named
    by_signal = _OF_SIGNAL.get(detection.signal)
    return frozenset({by_signal}) if by_signal else frozenset()


def _of_probe(probe: ProbeResult) -> frozenset[Symptom]:
    if probe.outcome is ProbeOutcome.UNREACHABLE:
        return frozenset({Symptom.UNREACHABLE})
    return of_words(probe.reason)
