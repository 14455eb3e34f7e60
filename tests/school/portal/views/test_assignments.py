"""Handing in: until the due time, again and again, one's own work only."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("school")

OPEN, PAST = "'Problem set 7'", "'Problem set 5'"


@pytest.fixture
def path_of(rows: Callable[..., list[Any]]) -> Callable[[str], str]:
    return lambda title: f"/assignments/{rows(f'SELECT id FROM portal_assignment WHERE title = {title}')[0][0]}/"


def hand_in(student: Any, path: str, content: bytes, name: str = "work.txt") -> Any:
    return student.post(path, student.get(path), {}, files={"file": (name, content)})


def test_work_that_is_handed_in_is_there_and_recorded(
    signed_in_as: Callable[..., Any], path_of: Callable[[str], str]
) -> None:
    student = signed_in_as("student", 2)
    page = hand_in(student, path_of(OPEN), b"first", "first.txt")
    assert "Your work is handed in." in page.text
    assert "first.txt" in page.text
    assert student.events("submission")[-1]["assignment"] == int(path_of(OPEN).split("/")[2])


def test_a_later_file_takes_the_place_of_the_earlier_one(
    site: Any, signed_in_as: Callable[..., Any], path_of: Callable[[str], str]
) -> None:
    student = signed_in_as("student", 3)
    hand_in(student, path_of(OPEN), b"the first unlike any other", "first.txt")
    page = hand_in(student, path_of(OPEN), b"second", "second.txt")
    assert "second.txt" in page.text
    assert "first.txt" not in page.text
    kept = [file.read_bytes() for file in (site.path / "media" / "submissions").iterdir()]
    assert b"the first unlike any other" not in kept


def test_nothing_is_taken_after_the_due_time(
    signed_in_as: Callable[..., Any], path_of: Callable[[str], str], rows: Callable[..., list[Any]]
) -> None:
    student = signed_in_as("student", 4)
    page = student.get(path_of(PAST))
    assert 'type="file"' not in page.text
    before = rows("SELECT count(*), max(submitted_at) FROM portal_submission")
    page = student.post(path_of(PAST), page, {}, files={"file": ("late.txt", b"late")})
    assert "past due" in page.text
    assert rows("SELECT count(*), max(submitted_at) FROM portal_submission") == before


def test_an_empty_hand_gets_the_form_back_with_a_word(
    signed_in_as: Callable[..., Any], path_of: Callable[[str], str]
) -> None:
    student = signed_in_as("student", 2)
    page = student.post(path_of(OPEN), student.get(path_of(OPEN)), {})
    assert page.status_code == 400
    assert "This field is required." in page.text


def test_teachers_see_who_handed_in_and_hand_in_nothing(
    signed_in_as: Callable[..., Any], path_of: Callable[[str], str]
) -> None:
    teacher = signed_in_as("teacher")
    page = teacher.get(path_of(PAST))
    assert "handed in" in page.text
    assert teacher.post(path_of(OPEN), page, {}, files={"file": ("a.txt", b"a")}).status_code == 403


def test_a_teacher_sets_an_assignment(signed_in_as: Callable[..., Any]) -> None:
    teacher = signed_in_as("teacher")
    page = teacher.get("/courses/algebra/assignments/new/")
    fields = {"title": "Problem set 8", "task": "All of them.", "due_at": "2998-02-03T18:00"}
    page = teacher.post("/courses/algebra/assignments/new/", page, fields)
    assert page.url.path.startswith("/assignments/")
    assert "Problem set 8" in page.text


def test_a_form_without_its_token_changes_nothing(
    signed_in_as: Callable[..., Any], path_of: Callable[[str], str]
) -> None:
    student = signed_in_as("student", 2)
    answer = student.browser.post(student.site.portal_url + path_of(OPEN), files={"file": ("a.txt", b"a")})
    assert answer.status_code == 403
    assert "The form was open for too long" in answer.text
