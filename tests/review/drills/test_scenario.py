"""drill.toml is read whole or refused whole; every drill of the project reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.review.drills import scenario

DRILLS = Path(__file__).parents[3] / "drills"


@pytest.mark.parametrize("name", scenario.names(DRILLS))
def test_every_drill_reads_and_says_what_it_reconstructs(name: str) -> None:
    one = scenario.load(DRILLS, name)
    assert one.story.strip()
    assert "reconstruction" in one.reconstruction or not one.expect.declared


def test_an_unknown_drill_names_those_there_are() -> None:
    with pytest.raises(InputInvalid, match="2023-10-11-portal"):
        scenario.load(DRILLS, "2023")


def test_every_problem_of_a_drill_is_told_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "drill.toml").write_text(
        'schema = "other/1"\ntitle = "x"\nstory = "x"\nreconstruction = "x"\n'
        '[change]\ncomponent = "auth"\nkey = "a.b"\nvalue = 1\n[expect]\ndeclared = "perhaps"\nspare = 1\n'
    )
    with pytest.raises(InputInvalid) as raised:
        scenario.load(tmp_path, "broken")
    lines = [problem.where.removeprefix(f"{folder / 'drill.toml'}:") for problem in raised.value.problems]
    assert lines == ["1 schema", "10 expect.declared", "11 expect.spare"]
