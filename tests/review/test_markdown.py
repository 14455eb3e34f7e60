"""The Markdown is what a reader of Markdown takes it for."""

from __future__ import annotations

from markdown_it import MarkdownIt

from doorward.model.entry import Acknowledged, Declared, Noted
from doorward.review.markdown import markdown
from doorward.review.postmortem import postmortem
from tests.review import story
from tests.review.story import Line, drill_a, told

ATTACK = "<script>alert(1)</script> | *bold* _it_ [x](javascript:1) # \n# head"


def test_tables_headings_and_lists_are_read_as_such() -> None:
    made = MarkdownIt("commonmark").enable("table").render(markdown(postmortem(drill_a())))
    assert made.count("<table>") == 6
    assert made.count("<h2>") == 9
    assert "<code>doorward check</code>" in made
    assert "session.bind_ipv4_prefix" in made


def test_what_comes_from_the_log_is_taken_literally() -> None:
    lines: list[Line] = [
        (9.9, "doorward", Declared(ATTACK, ATTACK, ATTACK, story.rejections())),
        (12.0, ATTACK, Acknowledged(ATTACK)),
        (13.0, "mwangi", Noted(f"Lesson: {ATTACK}")),
    ]
    made = MarkdownIt("commonmark").enable("table").render(markdown(postmortem(told(lines))))
    assert "<script" not in made
    assert "<a " not in made
    assert "<strong>bold" not in made
    assert made.count("<h1>") == 1


def test_the_document_ends_with_what_it_was_made_of() -> None:
    entries = drill_a()
    assert f"the last has the hash {entries[-1].hash[:16]}" in markdown(postmortem(entries))
