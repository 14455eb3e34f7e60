"""A measure is called for by the log and has an owner, a due date and a proof."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from doorward.model.entry import (
    ActionFailed,
    ActionStarted,
    Approved,
    Declared,
    Diagnosed,
    EntryBody,
    Escalated,
    PageAttemptFailed,
    PageQueued,
    Planned,
)
from doorward.model.measure import Measure, MeasureKind
from doorward.review.measures import CORRECTIVE_DAYS, SERVICE_OWNER, measures
from tests.review import story
from tests.review.story import Line, at, drill_a, told

KEY = f"{story.ID}:0:mail:declared"


def with_lines(*bodies: EntryBody, late_s: float = 9.6) -> tuple[Measure, ...]:
    """The measures of a short incident."""
    declared = Declared("School portal", "People are signed out", "first-of-its-kind", story.rejections(late_s))
    lines: list[Line] = [(late_s, "doorward", declared)]
    lines += [(late_s + number, "doorward", body) for number, body in enumerate(bodies, start=1)]
    return measures(told(lines))


def test_each_has_owner_due_date_proof_reason_and_source() -> None:
    entries = drill_a()
    made = measures(entries, "2023-10-11-portal")
    assert made
    for measure in made:
        assert measure.owner
        assert measure.proof
        assert measure.because
        assert measure.due_on > entries[0].at.date()
        assert set(measure.sources) <= {entry.seq for entry in entries}
        assert measure.sources


def test_the_change_that_went_through_is_answered_by_the_check_that_finds_it() -> None:
    first = measures(drill_a())[0]
    assert first.title == "Let `doorward check` stop a change of auth before it ships"
    assert first.proof == "`doorward check` of this change ends with exit 1 and names binding-narrowed"
    assert first.owner == SERVICE_OWNER


def test_where_no_rule_is_quoted_a_rule_is_asked_for_and_nothing_is_claimed() -> None:
    made = story.differential()
    bare = made.__class__(made.made_at, tuple(h for h in made.hypotheses if h.cause != "configuration"), "x", "y")
    cause = made.hypotheses[0].__class__("x", "x", made.hypotheses[0].verdict, "r", 1.0, (), "")
    found = with_lines(Diagnosed(bare.__class__(at(1), (cause, *bare.hypotheses), "x", "y"), story.CHANGE))
    assert found[0].title.startswith("Make a rule")
    assert "not recorded" in found[0].proof


def test_a_quiet_incident_without_a_cause_calls_for_the_cause_alone() -> None:
    assert [measure.title for measure in with_lines()] == ["Find the cause and write it down"]


def test_a_late_detection_calls_for_a_backtest() -> None:
    assert any("Tune the detection" in measure.title for measure in with_lines(late_s=90.0))


@pytest.mark.parametrize(
    ("bodies", "title", "because"),
    [
        ((PageQueued(KEY, "mail", "m", "s", 0),), "Agree who answers", "nobody acknowledged the incident"),
        ((Escalated(1, "CTO", "not-acknowledged"),), "Agree who answers", "it went on to CTO before"),
        (
            (PageQueued(KEY, "mail", "m", "s", 0), PageAttemptFailed(KEY, "e", at(1))),
            "Mend the channel mail",
            "1 delivery by mail failed; 1 page never arrived",
        ),
        (
            (
                Planned(story.plan()),
                Approved(story.PLAN, "x"),
                ActionStarted(story.PLAN, 1),
                ActionFailed(story.PLAN, 1, "disk full"),
            ),
            "Mend the recovery step",
            "step 1 failed: disk full",
        ),
    ],
)
def test_what_went_wrong_calls_for_its_measure(bodies: tuple[EntryBody, ...], title: str, because: str) -> None:
    found = [measure for measure in with_lines(*bodies) if measure.title.startswith(title)]
    assert len(found) == 1
    assert found[0].because.startswith(because)
    assert found[0].kind is MeasureKind.CORRECTIVE
    assert found[0].due_on == date(2026, 11, 21) + timedelta(days=CORRECTIVE_DAYS)


def test_an_incident_that_people_reported_first_calls_for_a_detector() -> None:
    lines: list[Line] = [(48.0, "doorward", Declared("S", "t", "first-of-its-kind", story.inquiries()))]
    assert any("before a detector spoke" in measure.title for measure in measures(told(lines)))


def test_the_drill_that_replays_it_is_named_if_there_is_one() -> None:
    assert "`doorward drill run 2023-10-11-portal`" in measures(drill_a(), "2023-10-11-portal")[-1].proof
