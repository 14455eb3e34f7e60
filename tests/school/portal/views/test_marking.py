"""Marks and feedback: given by teachers of the course, read by the student whose work it is."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("school")


@pytest.fixture
def work(site: Any, rows: Callable[..., list[Any]]) -> Callable[[int], tuple[int, int]]:
    """Ids of a submission and its assignment, by the number of the student."""

    def of(number: int) -> tuple[int, int]:
        found = rows(
            "SELECT s.id, s.assignment_id FROM portal_submission s JOIN portal_account a ON a.id = s.student_id"
            " WHERE a.subject = ? ORDER BY s.id",
            site.people("student")[number].sub,
        )
        return found[0][0], found[0][1]

    return of


def test_a_mark_and_its_feedback_reach_the_student(
    signed_in_as: Callable[..., Any], work: Callable[[int], tuple[int, int]]
) -> None:
    submission, assignment = work(0)
    teacher = signed_in_as("teacher")
    path = f"/submissions/{submission}/"
    page = teacher.post(path, teacher.get(path), {"mark": "87", "feedback": "Well <argued>."})
    assert "is saved" in page.text
    seen = signed_in_as("student").get(f"/assignments/{assignment}/").text
    assert "<b>87</b>" in seen
    assert "Well &lt;argued&gt;." in seen


@pytest.mark.parametrize("mark", ["-1", "101", "very good", ""])
def test_a_mark_outside_its_range_is_not_saved(
    mark: str,
    signed_in_as: Callable[..., Any],
    work: Callable[[int], tuple[int, int]],
    rows: Callable[..., list[Any]],
) -> None:
    submission, _ = work(1)
    before = rows("SELECT mark FROM portal_submission WHERE id = ?", submission)
    teacher = signed_in_as("teacher")
    path = f"/submissions/{submission}/"
    page = teacher.post(path, teacher.get(path), {"mark": mark, "feedback": ""})
    assert 'class="field wrong"' in page.text
    assert rows("SELECT mark FROM portal_submission WHERE id = ?", submission) == before


def test_students_mark_nothing_not_even_their_own(
    signed_in_as: Callable[..., Any], work: Callable[[int], tuple[int, int]]
) -> None:
    assert signed_in_as("student").get(f"/submissions/{work(0)[0]}/").status_code == 403


def test_students_read_their_own_file_and_nobody_elses(
    signed_in_as: Callable[..., Any], work: Callable[[int], tuple[int, int]]
) -> None:
    student = signed_in_as("student", 0)
    assert student.get(f"/submissions/{work(0)[0]}/file/").status_code == 200
    assert student.get(f"/submissions/{work(1)[0]}/file/").status_code == 404


def test_staff_read_all_work(signed_in_as: Callable[..., Any], work: Callable[[int], tuple[int, int]]) -> None:
    assert signed_in_as("staff").get(f"/submissions/{work(1)[0]}/file/").status_code == 200
