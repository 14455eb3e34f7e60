"""Detections → what happens to people, in one line that everybody understands."""

from __future__ import annotations

from collections.abc import Sequence

from doorward.model.detection import Detection, Direction, Looks, Signal
from doorward.model.sign_in import Reason

# The clearest sign first: when several were detected, the title is made of the one that says most about people.
CLEAREST: tuple[Signal, ...] = (
    Signal.SERVER_ERRORS,
    Signal.SESSION_REJECTIONS,
    Signal.SIGN_IN_FAILURES,
    Signal.SIGN_IN_VOLUME,
    Signal.PROBE_FAILURES,
    Signal.SUPPORT_INQUIRIES,
    Signal.LATENCY,
)
SENT_BACK = "People are sent back to the sign-in page"
ATTACK = "Somebody tries to get in; people sign in as usual"
BY_REASON: dict[tuple[Signal, Reason], str] = {
    (Signal.SESSION_REJECTIONS, Reason.NETWORK_CHANGED): SENT_BACK,
    (Signal.SESSION_REJECTIONS, Reason.ENDED_AT_PROVIDER): "People are signed out while they work",
    (Signal.SIGN_IN_FAILURES, Reason.PROVIDER_ERROR): "People cannot sign in: the sign-in service fails",
    (Signal.SIGN_IN_FAILURES, Reason.STATE_MISMATCH): SENT_BACK,
    (Signal.SIGN_IN_FAILURES, Reason.TOKEN_REFUSED): "People cannot sign in: the portal's own sign-in is refused",
    (Signal.SIGN_IN_FAILURES, Reason.CSRF): "People cannot sign in: the sign-in form is refused",
    (Signal.SIGN_IN_FAILURES, Reason.LOCKED_OUT): "People are locked out of their accounts",
}
BY_SIGNAL: dict[tuple[Signal, Direction], str] = {
    (Signal.SERVER_ERRORS, Direction.UP): "{The component} answers with errors (HTTP 5xx)",
    (Signal.SESSION_REJECTIONS, Direction.UP): "People are signed out",
    (Signal.SIGN_IN_FAILURES, Direction.UP): "People cannot sign in",
    (Signal.SIGN_IN_VOLUME, Direction.DOWN): "Far fewer people sign in than usual",
    (Signal.SIGN_IN_VOLUME, Direction.UP): "Far more people sign in than usual",
    (Signal.SUPPORT_INQUIRIES, Direction.UP): "People write that they cannot sign in",
    (Signal.PROBE_FAILURES, Direction.UP): "The trial sign-in fails",
    (Signal.LATENCY, Direction.UP): "{The component} answers slowly",
}


def title(detections: Sequence[Detection]) -> str:
    """The title of an incident with these detections (at least one), without a number or a name of a person."""
    # Under an attack an outage is what people must know of.
    outages = [detection for detection in detections if detection.looks not in (Looks.ATTACK, Looks.RIPPLE)]
    if not outages and all(detection.looks is Looks.ATTACK for detection in detections):
        return ATTACK
    detections = outages or detections
    clearest = min(detections, key=lambda detection: (CLEAREST.index(detection.signal), detection.detected_at))
    segment = dict(clearest.segment)
    reason = segment.get("reason", "")
    if reason in set(Reason) and (clearest.signal, Reason(reason)) in BY_REASON:
        return BY_REASON[clearest.signal, Reason(reason)]
    words = BY_SIGNAL.get((clearest.signal, clearest.direction), "Sign-in has left its usual course")
    return words.replace("{The component}", _the(segment.get("component", "")))


def _the(component: str) -> str:
    """`The portal`, `The auth service`, or `The service` where no component is known."""
    if not component:
        return "The service"
    return f"The {component}" if component == "portal" else f"The {component} service"
