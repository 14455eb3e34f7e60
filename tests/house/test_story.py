"""One order everywhere: README, `doorward --help` and the dashboard's menu follow `doorward.pipeline.STAGES`."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from doorward.cli import COMMANDS, SUMMARIES, overview
from doorward.settings import load
from doorward.web.menu import MENU

ROOT = Path(__file__).parents[2]


def _stages() -> tuple[str, ...]:
    """Read from the source, so that this test needs no database."""
    tree = ast.parse((ROOT / "doorward" / "pipeline.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "STAGES":
            return tuple(ast.literal_eval(node.value))
    raise AssertionError("pipeline.STAGES is gone")


STAGES = _stages()


def _in_order(found: list[str]) -> bool:
    places = [STAGES.index(name) for name in found]
    return places == sorted(places)


def test_help_lists_the_stages_in_their_order() -> None:
    assert re.findall(r"\d (\w+)", overview().split("Exit:")[0]) == list(STAGES)


def test_every_command_has_a_summary_and_no_summary_stands_alone() -> None:
    assert list(COMMANDS) == list(SUMMARIES)


def test_the_menu_follows_the_story() -> None:
    assert _in_order([entry[0] for entry in MENU if entry[0] in STAGES])


def test_the_readme_tells_the_stages_in_their_order() -> None:
    told = re.findall(r"^\d\. \*\*(\w+)\*\*", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert [name.lower() for name in told] == list(STAGES)


def test_the_tree_in_the_readme_is_the_tree() -> None:
    text = (ROOT / "README.md").read_text()
    for line in re.findall(r"^(doorward|school|drills|bench|docs|tests)/", text, flags=re.MULTILINE):
        assert (ROOT / line).is_dir()
    block = text.split("```text\ndoorward/")[1].split("```")[0]
    for name in re.findall(r"^  ([\w/.]+)", block, flags=re.MULTILINE):
        assert (ROOT / "doorward" / name.rstrip("/")).exists(), f"README names doorward/{name}"


def test_the_settings_in_the_readme_are_good_settings(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text().split("```toml\n")[1].split("```")[0]
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "settings.py").touch()
    (tmp_path / "doorward.toml").write_text(text)
    assert load(tmp_path / "doorward.toml").component[0].kind == "django"
