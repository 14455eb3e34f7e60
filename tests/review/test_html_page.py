"""The page needs nothing else, escapes everything, and has every section."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from doorward.model.entry import Acknowledged, Declared, Noted
from doorward.review.html_page import html_page
from doorward.review.postmortem import postmortem
from tests.review import story
from tests.review.story import Line, drill_a, drill_a_lines, told

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&`<b>`"
VOID = {"meta", "br", "img", "link"}


class Outline(HTMLParser):
    """The tags of a page, whether they close in order, and its headings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name == "href" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def hostile() -> str:
    """A page made of a log in which every free text is an attack."""
    detection = story.rejections()
    lines: list[Line] = [
        (9.9, "doorward", Declared(ATTACK, ATTACK, ATTACK, detection)),
        (12.0, ATTACK, Acknowledged(ATTACK)),
        (13.0, ATTACK, Noted(f"Lesson: {ATTACK}")),
    ]
    return html_page(postmortem(told(lines)))


def test_it_has_the_sections_of_a_report_in_their_order() -> None:
    outline = Outline(html_page(postmortem(drill_a())))
    assert outline.headings == [
        "Issue summary",
        "Timeline",
        "Root cause",
        "Misleading trails",
        "Escalation",
        "Resolution and recovery",
        "Corrective and preventive measures",
        "Lessons",
        "Figures",
    ]
    assert outline.open == []


def test_everything_that_comes_from_the_log_is_escaped() -> None:
    page = hostile()
    outline = Outline(page)
    assert not {"script", "img"} & outline.tags
    assert "onerror" not in outline.attributes
    assert "<script" not in page


def test_it_loads_nothing_from_anywhere() -> None:
    page = html_page(postmortem(drill_a()))
    assert not re.search(r"https?://|url\(|@import|src=", page)
    assert "default-src 'none'" in page


def test_every_link_leads_to_a_line_on_the_page_and_no_id_is_used_twice() -> None:
    outline = Outline(html_page(postmortem(drill_a())))
    assert outline.links
    assert {link.removeprefix("#") for link in outline.links} <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))


def test_an_incident_that_is_not_closed_says_so() -> None:
    assert "This incident is not closed" in html_page(postmortem(told(drill_a_lines()[:10])))
    assert "This incident is not closed" not in html_page(postmortem(drill_a()))


def test_the_phases_are_drawn_to_scale_and_only_if_all_are_known() -> None:
    page = html_page(postmortem(drill_a()))
    grown = [float(seconds) for seconds in re.findall(r"flex-grow:([\d.]+)", page)]
    assert grown == [9.6, 1.5, 23.9]
    assert "flex-grow:" not in html_page(postmortem(told(drill_a_lines()[:3])))
