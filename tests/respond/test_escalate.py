"""Who is paged next follows from the log, the chain and the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from doorward.model.detection import Looks
from doorward.model.entry import (
    Acknowledged,
    Asked,
    EntryBody,
    Escalated,
    Joined,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    Recovered,
    Resolved,
)
from doorward.model.incident import Incident
from doorward.respond.escalate import Step, StepReason, next_step, relapse
from tests.respond.cases import CHAIN, incident
from tests.review import story
from tests.review.story import at


def queued(second: float, level: int, channel: str, occasion: str = "declared") -> tuple[float, EntryBody]:
    """A page that is owed."""
    key = f"{story.ID}:{level}:{channel}:{occasion}"
    return second, PageQueued(key, channel, channel, "s", level)


LEVEL_0 = ((10, Escalated(0, "IT support", "declared")), queued(10, 0, "mail"), queued(10, 0, "pager"))
LEVEL_1 = ((310, Escalated(1, "System operations", "not-acknowledged")), queued(310, 1, "phone", "escalated"))
LEVEL_2 = ((910, Escalated(2, "CTO", "not-acknowledged")), queued(910, 2, "cto", "escalated"))
ACK = (20, Acknowledged("on it"))


def step(one: Incident, second: float) -> Step | None:
    """The step due then."""
    return next_step(one, CHAIN, at(second))


def written(made: Step, second: float) -> tuple[tuple[float, EntryBody], ...]:
    """The pages of a step as log lines."""
    return tuple(queued(second, made.level, channel, made.occasion) for channel in made.channels)


def test_the_first_level_is_paged_at_declaration() -> None:
    assert step(incident(), 10) == Step(0, "IT support", ("mail", "pager"), "declared", StepReason.DECLARED, True)


def test_nothing_is_due_before_the_time_is_over() -> None:
    assert step(incident(*LEVEL_0), 309.9) is None


def test_without_acknowledgement_the_next_level_is_paged() -> None:
    made = step(incident(*LEVEL_0), 310)
    assert made == Step(1, "System operations", ("phone",), "escalated", StepReason.NOT_ACKNOWLEDGED, True)


def test_the_time_counts_from_the_page_of_the_present_level() -> None:
    assert step(incident(*LEVEL_0, *LEVEL_1), 909) is None
    made = step(incident(*LEVEL_0, *LEVEL_1), 910)
    assert made is not None
    assert made.name == "CTO"


def test_after_the_last_level_nobody_is_left() -> None:
    assert step(incident(*LEVEL_0, *LEVEL_1, *LEVEL_2), 99_999) is None


def test_acknowledgement_stops_the_escalation() -> None:
    assert step(incident(*LEVEL_0, ACK), 99_999) is None


def test_a_level_that_no_channel_reaches_is_passed_at_once() -> None:
    failed = [
        (11.0 + n, PageAttemptFailed(f"{story.ID}:0:{channel}:declared", "refused", at(12 + n)))
        for n in range(3)
        for channel in ("mail", "pager")
    ]
    made = step(incident(*LEVEL_0, *failed), 20)
    assert made is not None
    assert (made.level, made.reason) == (1, StepReason.LEVEL_UNREACHABLE)
    delivered = (19.0, PageDelivered(f"{story.ID}:0:pager:declared", 4))
    assert step(incident(*LEVEL_0, *failed, delivered), 20) is None


def test_a_question_pages_the_present_level_once_even_if_acknowledged() -> None:
    asked = (30.0, Asked("May plan 5f0c be applied?"))
    made = step(incident(*LEVEL_0, ACK, asked), 31)
    assert made is not None
    assert (made.level, made.reason, made.is_new_level) == (0, StepReason.QUESTION, False)
    assert step(incident(*LEVEL_0, ACK, asked, *written(made, 31)), 99_999) is None


def test_another_question_pages_again() -> None:
    first = step(incident(*LEVEL_0, ACK, (30.0, Asked("one?"))), 31)
    assert first is not None
    second = step(incident(*LEVEL_0, ACK, (30.0, Asked("one?")), *written(first, 31), (40.0, Asked("two?"))), 41)
    assert second is not None
    assert second.occasion != first.occasion


def test_a_question_that_nobody_acknowledges_goes_on_to_the_next_level() -> None:
    paused = incident(*LEVEL_0, (30.0, Asked("one?")))
    made = step(paused, 31)
    assert made is not None
    after = step(incident(*LEVEL_0, (30.0, Asked("one?")), *written(made, 31)), 331)
    assert after is not None
    assert (after.level, after.reason) == (1, StepReason.NOT_ACKNOWLEDGED)


def test_whoever_was_paged_is_told_once_that_it_is_over() -> None:
    over = (400.0, Recovered("probes pass"))
    made = step(incident(*LEVEL_0, *LEVEL_1, over), 401)
    assert made is not None
    assert (made.reason, made.channels) == (StepReason.RECOVERED, ("mail", "pager", "phone"))
    assert step(incident(*LEVEL_0, *LEVEL_1, over, *written(made, 401)), 99_999) is None


def test_nobody_is_told_that_it_is_over_who_never_heard_of_it() -> None:
    assert step(incident((12.0, Recovered("probes pass"))), 13) is None


def test_a_resolved_incident_and_an_empty_chain_page_nobody() -> None:
    assert step(incident((12.0, Recovered("ok")), (13.0, Resolved("ok"))), 14) is None
    assert next_step(incident(), (), at(10)) is None


def test_a_relapse_pages_the_present_level_again_under_another_key() -> None:
    one = incident(*LEVEL_0, *LEVEL_1, (400.0, Recovered("ok")), (500.0, Joined(story.rejections(499), "relapse")))
    made = relapse(one, CHAIN)
    assert (made.level, made.occasion, made.is_new_level) == (1, "relapse-2", False)


def test_a_relapse_whose_page_a_kill_prevented_is_paged_by_the_next_step() -> None:
    recovered = incident(*LEVEL_0, ACK, (400.0, Recovered("ok")))
    over = step(recovered, 401)
    assert over is not None
    lines = (
        *LEVEL_0,
        ACK,
        (400.0, Recovered("ok")),
        *written(over, 401),
        (500.0, Joined(story.rejections(499), "relapse")),
    )
    made = step(incident(*lines), 501)
    assert made is not None
    assert made.reason is StepReason.RELAPSE
    again = step(incident(*lines, *written(made, 501)), 502)
    assert again is None or again.reason is not StepReason.RELAPSE


def test_a_chain_that_became_shorter_still_holds() -> None:
    one = incident(*LEVEL_0, *LEVEL_1, *LEVEL_2)
    assert next_step(one, CHAIN[:1], at(99_999)) is None


def test_the_decision_is_the_same_however_often_it_is_asked() -> None:
    one = incident(*LEVEL_0)
    assert {next_step(one, CHAIN, at(310) + timedelta(seconds=n)) for n in range(3)} == {step(one, 310)}


def attacked(*lines: tuple[float, EntryBody]) -> Incident:
    """The same incident, all of whose detections look like an attack under which people sign in."""
    one = incident(*lines)
    return replace(one, detections=tuple(replace(seen, looks=Looks.ATTACK) for seen in one.detections))


def test_an_attack_alone_is_told_to_the_first_level_once_and_escalated_to_nobody() -> None:
    due = step(attacked(), 10)
    assert due is not None
    assert (due.reason, due.level, due.is_new_level) == (StepReason.ATTACK, 0, False)
    told = attacked(queued(10, 0, "mail", due.occasion), queued(10, 0, "pager", due.occasion))
    assert step(told, 11) is None
    assert step(told, 5000) is None


def test_an_outage_under_a_known_attack_is_paged_as_one() -> None:
    told = incident(queued(10, 0, "mail", "attack"), queued(10, 0, "pager", "attack"))
    due = step(told, 12)
    assert due is not None
    assert (due.reason, due.is_new_level) == (StepReason.DECLARED, True)
