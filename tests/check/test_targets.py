"""What a person names: a kind and a target, or a file whose content decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid

_CASES = Path(__file__).parents[1] / "cases"


def test_a_kind_may_be_named() -> None:
    target = check.parse_target("django:school.auth.settings", Path("/srv"), "python3")
    assert (target.kind, target.name, target.project, target.python) == (
        "django",
        "school.auth.settings",
        Path("/srv"),
        "python3",
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [("school/base/auth.toml", "school"), ("school/base/portal.toml", "school"), ("django/base.py", "django")],
)
def test_content_decides_where_no_kind_is_named(name: str, kind: str) -> None:
    assert check.parse_target(str(_CASES / name)).kind == kind


def test_a_dotted_name_is_a_module() -> None:
    assert check.parse_target("conf.settings").kind == "django"


@pytest.mark.parametrize("text", ["nowhere.toml/x", "keycloack:realm.json", "nosuchfile"])
def test_what_cannot_be_told_is_wrong_use(text: str) -> None:
    with pytest.raises(InputInvalid):
        check.parse_target(text)


def test_content_that_tells_no_kind_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[tool]\n")
    with pytest.raises(InputInvalid, match="KIND:TARGET"):
        check.parse_target("x.toml", tmp_path)


def test_the_problems_of_all_targets_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("x = = 1\n")
    targets = [check.parse_target(f"school:{name}", tmp_path) for name in ("a.toml", "b.toml")]
    with pytest.raises(InputInvalid) as refused:
        check.read_all(targets)
    assert [problem.code for problem in refused.value.problems] == ["toml.syntax", "target.unreadable"]
