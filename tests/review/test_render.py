"""One document, three formats, the same figures."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given, settings

from doorward.model.entry import Entry
from doorward.review.postmortem import postmortem
from doorward.review.render import Format, render
from tests.review.story import drill_a
from tests.review.test_figures import logs


@pytest.mark.parametrize("form", list(Format))
def test_every_figure_stands_in_every_format(form: Format) -> None:
    made = postmortem(drill_a())
    text = html.unescape(render(made, form))
    for figure in made.figures:
        assert figure.text in text
        assert figure.label in text


@pytest.mark.parametrize("form", list(Format))
def test_no_keyed_hash_of_a_session_stands_in_any_format(form: Format) -> None:
    assert "000000000000001a" not in render(postmortem(drill_a()), form)


def test_json_has_the_schema_and_values_that_can_be_reckoned_with() -> None:
    told = json.loads(render(postmortem(drill_a()), Format.JSON))
    assert next(iter(told)) == "schema"
    assert told["schema"] == "doorward.review/1"
    figures = {figure["name"]: figure for figure in told["figures"]}
    assert figures["time_to_detect_s"]["value"] == pytest.approx(9.6)
    assert figures["time_to_detect_s"]["text"] == "9.6 s"
    assert told["measures"][0]["due_on"] == "2026-12-21"
    assert [trail["cause"] for trail in told["trails"]][:2] == ["server", "database"]


@settings(max_examples=25, deadline=None)
@given(logs())
def test_every_log_that_folds_can_be_rendered(entries: tuple[Entry, ...]) -> None:
    for form in Format:
        assert entries[0].incident in render(postmortem(entries), form)


def test_every_format_ends_with_one_newline() -> None:
    made = postmortem(drill_a())
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in (render(made, form) for form in Format))
