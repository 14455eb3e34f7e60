"""Figures come from the log and from nowhere else."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward import incident_log
from doorward.model.entry import (
    Acknowledged,
    Declared,
    Diagnosed,
    Entry,
    Escalated,
    ImpactMeasured,
    Joined,
    PageDelivered,
    PageQueued,
    Recovered,
    Resolved,
    SessionsCleared,
)
from doorward.model.page import PageState
from doorward.review.document import NOT_RECORDED, Figure
from doorward.review.figures import figures
from doorward.review.markdown import markdown
from doorward.review.postmortem import postmortem
from tests.review import story
from tests.review.story import Line, at, drill_a, told

DECLARED: Line = (
    9.9,
    "doorward",
    Declared("School portal", "People are signed out", "first-of-its-kind", story.rejections()),
)


def named(entries: tuple[Entry, ...]) -> dict[str, Figure]:
    """The figures by name."""
    return {figure.name: figure for figure in figures(entries)}


def test_the_story_of_drill_a_gives_the_figures_that_happened() -> None:
    found = named(drill_a())
    seconds = {name: round(float(found[name].value), 3) for name in found if name.endswith("_s")}  # type: ignore[arg-type]
    assert seconds == {
        "duration_s": 35.0,
        "time_to_detect_s": 9.6,
        "time_to_page_s": 0.5,
        "time_to_acknowledge_s": 6.7,
        "time_to_diagnose_s": 1.5,
        "time_to_restore_s": 25.4,
    }
    assert (found["people_hurt"].value, found["people_seen"].value, found["share_hurt"].value) == (27, 60, 0.45)
    assert (found["sessions_cleared"].value, found["sessions_kept"].value) == (27, 148)
    assert found["causes_ruled_out"].value == 5


def test_every_figure_that_is_known_names_lines_that_exist() -> None:
    entries = drill_a()
    for figure in figures(entries):
        assert set(figure.sources) <= {entry.seq for entry in entries}
        if figure.value not in (None, 0):
            assert figure.sources, figure.name


def test_what_the_log_does_not_say_is_not_recorded() -> None:
    found = named(told([DECLARED]))
    silent = {name for name, figure in found.items() if figure.text == NOT_RECORDED}
    assert {"changed_at", "diagnosed_at", "paged_at", "acknowledged_at", "recovered_at", "resolved_at"} <= silent
    assert {
        "duration_s",
        "time_to_restore_s",
        "people_hurt",
        "share_hurt",
        "causes_ruled_out",
        "sessions_kept",
    } <= silent
    assert not any(figure.sources for figure in found.values() if figure.name in silent)


def test_without_a_count_the_start_is_the_onset_and_says_so() -> None:
    figure = named(told([DECLARED]))["started_at"]
    assert figure.value == at(0.4)
    assert "onset" in figure.means


def test_an_incident_that_came_back_has_not_recovered() -> None:
    lines = [
        DECLARED,
        (20.0, "doorward", Recovered("ok")),
        (60.0, "doorward", Joined(story.rejections(58.0), "relapse")),
    ]
    found = named(told(lines))
    assert found["recovered_at"].value is None
    assert found["relapses"].value == 1


def test_the_diagnosis_counts_from_when_the_lasting_conclusion_was_first_reached() -> None:
    made = story.differential()
    lines: list[Line] = [
        DECLARED,
        (11.0, "doorward", Diagnosed(made.__class__(at(11), made.hypotheses, "cannot-tell", "too early"), None)),
        (14.0, "doorward", Diagnosed(made, story.CHANGE)),
        (19.0, "doorward", Diagnosed(made, story.CHANGE)),
    ]
    assert named(told(lines))["diagnosed_at"].value == at(14.0)


def test_a_page_that_a_kill_made_us_send_twice_counts_once() -> None:
    key = f"{story.ID}:0:mail:declared"
    queued: Line = (10.0, "doorward", PageQueued(key, "mail", "a@b.example", "s", 0))
    twice: list[Line] = [(second, "doorward", PageDelivered(key, 1)) for second in (11.0, 12.0)]
    assert named(told([DECLARED, queued, *twice]))["pages_delivered"].value == 1


def _later(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda value: round(value, 3))


@st.composite
def logs(draw: st.DrawFn) -> tuple[Entry, ...]:
    """Incidents that differ in what happened, when, to how many."""
    lines: list[Line] = [DECLARED]
    second = 9.9
    seen = draw(st.integers(1, 5000))
    optional: list[Line] = [
        (0, "doorward", Escalated(0, "IT support", "declared")),
        (0, "doorward", PageQueued(f"{story.ID}:0:mail:declared", "mail", "mail", "s", 0)),
        (0, "doorward", PageDelivered(f"{story.ID}:0:mail:declared", draw(st.integers(1, 9)))),
        (0, "mwangi", Acknowledged("")),
        (0, "doorward", Diagnosed(story.differential(), story.CHANGE)),
        (0, "doorward", ImpactMeasured(draw(st.integers(0, seen)), seen, at(draw(_later(0, 5))), None, (), "logs")),
        (0, "doorward", SessionsCleared("auth", "p", tuple(f"{n:x}" for n in range(draw(st.integers(0, 40)))), 3)),
        (0, "doorward", Recovered("ok")),
        (0, "doorward", Resolved("ok")),
    ]
    for _, by, body in optional:
        second = round(second + draw(_later(0, 4000)), 3)
        if draw(st.booleans()):
            lines.append((second, by, body))
    return told(lines)


@settings(max_examples=60, deadline=None)
@given(logs())
def test_a_figure_in_the_text_is_always_the_one_folded_from_the_log(entries: tuple[Entry, ...]) -> None:
    incident = incident_log.fold(entries)
    made = postmortem(entries)
    folded: dict[str, datetime | int | float | None] = {
        "declared_at": incident.declared_at,
        "acknowledged_at": incident.acknowledged_at,
        "diagnosed_at": incident.diagnosed_at,
        "recovered_at": incident.recovered_at,
        "resolved_at": incident.resolved_at,
        "people_hurt": incident.impact.people_hurt if incident.impact else None,
        "people_seen": incident.impact.people_seen if incident.impact else None,
        "sessions_cleared": len(incident.sessions_cleared),
        "pages_owed": len(incident.pages),
        "pages_delivered": sum(page.state is PageState.DELIVERED for page in incident.pages)
        if incident.pages
        else made.figure("pages_delivered").value,
    }
    for name, value in folded.items():
        assert made.figure(name).value == value, name
    text = markdown(made)
    for figure in made.figures:
        assert f"| {figure.label} | {figure.text} |" in text
    hurt = made.figure("people_hurt")
    assert (f"{hurt.text} of {made.figure('people_seen').text} people seen were hurt" in text) == (
        hurt.value is not None
    )
    assert (f"It lasted {made.figure('duration_s').text}," in text) == (incident.recovered_at is not None)
