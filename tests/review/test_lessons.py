"""Lessons are facts of the log, and what people wrote."""

from __future__ import annotations

from doorward.model.entry import Declared, EntryBody, Joined, PageQueued, Recovered
from doorward.review.figures import figures
from doorward.review.lessons import lessons
from tests.review import story
from tests.review.story import Line, drill_a, told


def texts(*bodies: EntryBody) -> list[str]:
    """The lessons of these bodies, ten seconds apart."""
    lines: list[Line] = [(10.0 * number, "doorward", body) for number, body in enumerate(bodies, start=1)]
    entries = told(lines)
    found = {figure.name: figure for figure in figures(entries)}
    return [statement.text for statement in lessons(entries, found.__getitem__)]


def test_the_story_of_drill_a_teaches_what_went_well_and_what_did_not() -> None:
    entries = drill_a()
    found = {figure.name: figure for figure in figures(entries)}
    assert [statement.text for statement in lessons(entries, found.__getitem__)] == [
        "It need not have happened: `doorward check` finds binding-narrowed in the change before it ships.",
        "It was noticed by refused sessions, not by complaints: after 9.6 s (the aim is 15 s).",
        "Tests closed 5 wrong trails; the cause stood 1.5 s after the detection.",
        "Not every page was taken at once (1 failed): it was kept and tried again.",
        "Only sessions that could not be used any more were ended (27); 148 were left alone.",
        "Nobody had told the network team that addresses are part of a session.",
    ]


def test_people_who_noticed_first_get_the_credit() -> None:
    assert texts(Declared("S", "t", "r", story.inquiries()))[0] == (
        "People who wrote to support noticed before any detector did."
    )


def test_silence_and_relapse_are_said_plainly() -> None:
    queued = PageQueued(f"{story.ID}:0:mail:declared", "mail", "m", "s", 0)
    found = texts(
        Declared("S", "t", "r", story.rejections()), queued, Recovered("ok"), Joined(story.rejections(25.0), "relapse")
    )
    assert "The cause was not found while the incident lasted." in found
    assert "Nobody acknowledged the pages." in found
    assert "It came back after it had recovered (1×)." in found
