"""What becomes of a detection, and the reason that is given for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.detection import Detection, Direction, Looks, Signal
from doorward.model.entry import ActionStarted, Approved, Planned, Recovered, Resolved
from doorward.model.incident import Incident
from doorward.respond.declare import COURSE_OF, Course, Reason, decide
from tests.respond.cases import incident
from tests.review import story
from tests.review.story import at

RECOVERED = (35.0, Recovered("probes pass"))


def seen(onset_s: float, detected_s: float, detection: Detection | None = None) -> Detection:
    """A detection at another time."""
    return replace(detection or story.rejections(), onset=at(onset_s), detected_at=at(detected_s))


def reason(detection: Detection, *open_incidents: Incident) -> Reason:
    """The reason of the decision, made when the detection is."""
    return decide(detection, open_incidents, detection.detected_at).reason


def test_the_first_detection_declares_an_incident_in_peoples_words() -> None:
    decision = decide(story.rejections(), (), at(10))
    assert (decision.course, decision.reason) == (Course.DECLARE, Reason.FIRST_OF_ITS_KIND)
    assert decision.title == "People are sent back to the sign-in page"
    assert decision.incident is None


def test_a_sign_with_the_same_onset_joins() -> None:
    decision = decide(story.inquiries(), (incident(),), at(48))
    assert (decision.course, decision.reason) == (Course.JOIN, Reason.SAME_ONSET)
    assert decision.incident == story.ID


def test_another_sign_much_later_joins_while_people_are_still_hurt() -> None:
    assert reason(seen(1500, 1520, story.inquiries()), incident()) is Reason.WHILE_OPEN


def test_the_same_sign_again_is_already_known() -> None:
    assert reason(seen(100, 110), incident()) is Reason.ALREADY_KNOWN


def test_the_same_signal_of_another_component_is_news() -> None:
    other = replace(seen(3, 12), segment=(("component", "portal"), ("reason", "network-changed")))
    assert reason(other, incident()) is Reason.SAME_ONSET


def test_the_same_sign_while_recovering_is_already_known() -> None:
    recovering = incident(
        (11, Planned(story.plan())), (12, Approved(story.PLAN, "x")), (13, ActionStarted(story.PLAN, 1))
    )
    assert reason(seen(14, 20), recovering) is Reason.ALREADY_KNOWN


@pytest.mark.parametrize("detection", [story.rejections(), story.inquiries()])
def test_an_onset_before_the_recovery_does_not_reopen(detection: Detection) -> None:
    assert reason(seen(34.9, 45, detection), incident(RECOVERED)) is Reason.BEFORE_RECOVERY


def test_an_onset_after_the_recovery_is_a_relapse() -> None:
    decision = decide(seen(35.1, 60), (incident(RECOVERED),), at(60))
    assert (decision.course, decision.reason, decision.incident) == (Course.JOIN, Reason.RELAPSE, story.ID)


def test_an_echo_is_not_believed_for_ever() -> None:
    assert reason(seen(34.0, 700), incident(RECOVERED)) is Reason.RELAPSE


def test_long_after_the_recovery_it_is_a_story_of_its_own() -> None:
    decision = decide(seen(9000, 9010), (incident(RECOVERED),), at(9010))
    assert (decision.course, decision.reason) == (Course.DECLARE, Reason.LONG_AFTER_RECOVERY)
    assert decision.title


def test_a_resolved_incident_is_passed_over() -> None:
    assert reason(seen(50, 60), incident(RECOVERED, (40, Resolved("quiet")))) is Reason.FIRST_OF_ITS_KIND


def test_a_probe_that_failed_once_wakes_nobody_and_twice_it_does() -> None:
    probe = replace(story.rejections(), signal=Signal.PROBE_FAILURES, segment=(), people=0)
    assert reason(seen(10, 10, probe)) is Reason.PROBE_ALONE_NOT_CONFIRMED
    assert reason(seen(10, 30, probe)) is Reason.FIRST_OF_ITS_KIND
    assert reason(seen(700, 700, probe), incident(RECOVERED)) is Reason.PROBE_ALONE_NOT_CONFIRMED


def test_a_probe_that_failed_once_confirms_what_is_open() -> None:
    probe = replace(story.rejections(), signal=Signal.PROBE_FAILURES, segment=())
    assert reason(seen(10, 10, probe), incident()) is Reason.SAME_ONSET


def test_fewer_failures_than_usual_are_no_incident_but_fewer_sign_ins_are() -> None:
    assert reason(replace(story.rejections(), direction=Direction.DOWN)) is Reason.BETTER_THAN_USUAL
    fewer = replace(story.rejections(), signal=Signal.SIGN_IN_VOLUME, direction=Direction.DOWN)
    assert reason(fewer) is Reason.FIRST_OF_ITS_KIND


def test_what_still_hurts_is_joined_before_what_recovered() -> None:
    hurting = replace(incident(), id="2026-11-21-0", declared_at=at(0) - timedelta(hours=1))
    assert decide(story.inquiries(), (incident(RECOVERED), hurting), at(48)).incident == "2026-11-21-0"


def test_every_reason_has_a_course() -> None:
    assert set(COURSE_OF) == set(Reason)


def test_an_attack_alone_is_declared_for_what_it_is() -> None:
    attack = replace(story.rejections(), looks=Looks.ATTACK)
    decision = decide(attack, (), at(10))
    assert (decision.course, decision.reason) == (Course.DECLARE, Reason.ATTACK_ALONE)
    assert decision.title == "Somebody tries to get in; people sign in as usual"


def test_the_ripple_of_a_restart_wakes_nobody_whatever_is_open() -> None:
    ripple = replace(seen(5, 15, story.inquiries()), looks=Looks.RIPPLE)
    assert reason(ripple) is Reason.RIPPLE_OF_A_RESTART
    assert reason(ripple, incident()) is Reason.RIPPLE_OF_A_RESTART
    assert COURSE_OF[Reason.RIPPLE_OF_A_RESTART] is Course.IGNORE


def test_an_outage_under_an_attack_gives_the_incident_its_name() -> None:
    attacked = incident()
    attacked = replace(attacked, detections=(replace(story.inquiries(), looks=Looks.ATTACK),))
    decision = decide(seen(5, 15), (attacked,), at(15))
    assert (decision.course, decision.title) == (Course.JOIN, "People are sent back to the sign-in page")
