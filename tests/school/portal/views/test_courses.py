"""Courses and materials: who sees which."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("school")


def test_students_see_their_courses_and_what_is_due(signed_in_as: Callable[..., Any]) -> None:
    page = signed_in_as("student").get("/courses/")
    assert "Your courses" in page.text
    assert "To hand in" in page.text
    assert "Algebra II" in page.text
    assert "Foreign" not in page.text


def test_staff_see_all_courses(signed_in_as: Callable[..., Any], foreign: dict[str, int]) -> None:
    page = signed_in_as("staff").get("/courses/")
    assert "All courses" in page.text
    assert "Foreign" in page.text


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_a_course_of_others_does_not_even_exist(
    role: str, signed_in_as: Callable[..., Any], foreign: dict[str, int]
) -> None:
    visitor = signed_in_as(role)
    for path in ("/courses/foreign/", f"/assignments/{foreign['assignment']}/", f"/materials/{foreign['material']}/"):
        assert visitor.get(path).status_code == 404, path


def test_a_material_is_saved_not_shown_and_its_download_recorded(
    signed_in_as: Callable[..., Any], rows: Callable[..., list[Any]]
) -> None:
    [(material, name)] = rows("SELECT id, file_name FROM portal_material WHERE file_name = 'circle-theorems.pdf'")
    student = signed_in_as("student")
    answer = student.get(f"/materials/{material}/")
    assert answer.content.startswith(b"%PDF-1.4")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert student.events("material")[-1]["person"]


def test_students_cannot_add_materials(signed_in_as: Callable[..., Any]) -> None:
    assert signed_in_as("student").get("/courses/algebra/materials/new/").status_code == 403


def test_a_teacher_adds_a_material_under_any_name(signed_in_as: Callable[..., Any]) -> None:
    teacher = signed_in_as("teacher")
    page = teacher.get("/courses/algebra/materials/new/")
    files = {"file": ('../../<b>"x".html', b"<script>alert(1)</script>", "text/html")}
    page = teacher.post("/courses/algebra/materials/new/", page, {"title": "Odd <name>"}, files=files)
    assert page.url.path == "/courses/algebra/"
    assert "Odd &lt;name&gt;" in page.text
    assert '<b>"x"' not in page.text
    assert "../" not in page.text


def test_an_upload_that_is_too_large_is_refused(signed_in_as: Callable[..., Any]) -> None:
    teacher = signed_in_as("teacher")
    page = teacher.get("/courses/algebra/materials/new/")
    files = {"file": ("big.bin", b"x" * (10 * 1024 * 1024 + 1))}
    page = teacher.post("/courses/algebra/materials/new/", page, {"title": "Big"}, files=files)
    assert "The file is larger than 10 MiB." in page.text


def test_pages_of_signed_in_people_are_kept_by_no_cache_and_run_no_script(signed_in_as: Callable[..., Any]) -> None:
    headers = signed_in_as("student").get("/courses/").headers
    assert headers["cache-control"] == "private, no-store"
    assert "script-src" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
