"""`doorward drill list|run`."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run


def test_the_drills_of_the_house_are_listed_with_what_they_break(doorward: Run) -> None:
    said = doorward("drill", "list")
    assert said.code == 0
    assert {"2023-10-11-portal", "2024-07-15-school-portal"} <= {line.split()[0] for line in said.out.splitlines()}


def test_every_problem_of_every_drill_toml_is_shown_at_once(doorward: Run, tmp_path: Path) -> None:
    for name, text in (("first", "nonsense = 1\n"), ("second", "[change\n"), ("third", "title = 7\n")):
        (tmp_path / "drills" / name).mkdir(parents=True)
        (tmp_path / "drills" / name / "drill.toml").write_text(text)
    said = doorward("drill", "list", "--drills", "drills")
    assert said.code == 2
    assert "first/drill.toml:1 nonsense" in said.err
    assert "first/drill.toml change" in said.err
    assert "second/drill.toml:1:8" in said.err
    assert "third/drill.toml:1 title" in said.err


def test_a_drill_that_does_not_exist_names_those_that_do(doorward: Run) -> None:
    said = doorward("drill", "run", "no-such")
    assert said.code == 2
    assert "2023-10-11-portal" in said.err
