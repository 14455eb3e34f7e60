"""The postmortem is a fold of the log: whole, honest, and the same every time."""

from __future__ import annotations

import pytest

from doorward.errors import LogBroken
from doorward.model.diagnosis import CANNOT_TELL
from doorward.model.entry import Declared, Diagnosed, Noted
from doorward.model.incident import IncidentState
from doorward.review.document import Postmortem, Statement
from doorward.review.postmortem import postmortem
from tests.review import story
from tests.review.story import Line, at, drill_a, told

DECLARED: Line = (
    9.9,
    "doorward",
    Declared("School portal", "People are signed out", "first-of-its-kind", story.rejections()),
)


def said(statements: tuple[Statement, ...]) -> str:
    """The texts, one a line."""
    return "\n".join(statement.text for statement in statements)


def test_the_summary_says_what_when_to_whom_why_and_how_it_was_met() -> None:
    assert said(postmortem(drill_a()).summary).splitlines() == [
        "People are sent back to the sign-in page.",
        "It lasted 35.0 s, from 2026-11-21 10:00:04 UTC to 10:00:39 UTC.",
        "27 of 60 people seen were hurt (45%).",
        "Cause: configuration change (session.bind_ipv4_prefix 24 → 32).",
        "Noticed after 9.6 s, a person paged after a further 0.5 s.",
    ]


def test_each_wrong_trail_stands_with_its_evidence_and_what_could_not_be_tested_is_not_called_ruled_out() -> None:
    trails = postmortem(drill_a()).trails
    assert [(trail.cause, trail.verdict) for trail in trails] == [
        ("server", "Ruled out"),
        ("database", "Ruled out"),
        ("network", "Ruled out"),
        ("load", "Ruled out"),
        ("attack", "Ruled out"),
        ("upstream", "Could not be tested"),
    ]
    assert trails[1].evidence == ("reads and takes a write lock in 2 ms",)
    assert all(trail.evidence and trail.sources == (7,) for trail in trails)


def test_an_incident_that_went_wrong_is_told_without_embellishment() -> None:
    made = postmortem(told(story.gone_wrong_lines()))
    assert "Its end is not recorded." in said(made.summary)
    assert "(42%), as last counted at 2026-11-21 10:00:15 UTC." in said(made.summary)
    assert "The last person was hurt." not in [line.text for line in made.timeline]
    assert [line.corrected_by for line in made.timeline if line.source == 13] == [17]
    assert (
        "Step 1 failed: put configuration 91ab34c0ffee of auth back (proved good by probes) (the disk is full)."
        in said(made.resolution)
    )
    assert [measure.owner for measure in made.measures if measure.title.startswith("Agree who")] == [
        "System operations"
    ]
    for lesson in (
        "Step 1 of the recovery failed: the disk is full.",
        "2 pages of 3 never arrived, as far as the log goes.",
        "The recovery could not go on without a person's decision.",
        "It came back after it had recovered (1×).",
    ):
        assert lesson in said(made.lessons)
    assert [page.delivered_at is None for page in made.pages] == [True, False, True]


def test_the_same_log_gives_the_same_document() -> None:
    assert postmortem(drill_a()) == postmortem(drill_a())


def test_it_is_tied_to_the_log_it_was_made_of() -> None:
    entries = drill_a()
    made = postmortem(entries)
    assert (made.first_line, made.last_line, made.lines) == (1, len(entries), len(entries))
    assert made.last_hash == entries[-1].hash


def test_a_log_of_one_line_makes_a_document_that_admits_what_it_does_not_know() -> None:
    made = postmortem(told([DECLARED]))
    assert made.state is IncidentState.OPEN
    assert "Its end is not recorded." in said(made.summary)
    assert "How many people were hurt is not recorded." in said(made.summary)
    assert said(made.root_cause) == "A diagnosis is not recorded."
    assert said(made.escalation) == "That anybody was asked is not recorded.\nAn acknowledgement is not recorded."
    assert said(made.resolution) == "A recovery is not recorded."
    assert made.trails == made.pages == made.differences == ()


def test_a_diagnosis_that_could_not_tell_is_not_dressed_up() -> None:
    differential = story.differential().__class__(at(11), (), CANNOT_TELL, "two causes are alike")
    made = postmortem(told([DECLARED, (11.0, "doorward", Diagnosed(differential, None))]))
    assert said(made.root_cause) == "Doorward came to no cause (cannot tell).\nTwo causes are alike."
    assert "Cause: not recorded." in said(made.summary)


def test_no_statement_about_the_log_is_without_a_source() -> None:
    made: Postmortem = postmortem(drill_a())
    for statements in (made.summary, made.root_cause, made.escalation, made.resolution, made.lessons):
        assert all(statement.sources for statement in statements)


def test_entries_that_do_not_begin_with_a_declaration_are_refused() -> None:
    with pytest.raises(LogBroken):
        postmortem(told([(1.0, "mwangi", Noted("x"))]))


def test_hashes_of_sessions_are_in_no_part_of_the_document() -> None:
    assert "000000000000001a" not in repr(postmortem(drill_a()))
