"""The copy of a project's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.check.rehearsal.scratch import copy
from doorward.errors import InputInvalid


def test_what_no_start_needs_is_left_out(tmp_path: Path) -> None:
    for name in (".git", "node_modules", "app"):
        (tmp_path / "project" / name).mkdir(parents=True)
        (tmp_path / "project" / name / "file").write_text("x")
    copy(tmp_path / "project", tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["app"]


def test_a_link_within_leads_within_the_copy_and_one_out_of_it_becomes_a_copy(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "file").write_text("within")
    (tmp_path / "outside").write_text("outside")
    (tmp_path / "project" / "here").symlink_to(tmp_path / "project" / "file")
    (tmp_path / "project" / "there").symlink_to(tmp_path / "outside")
    (tmp_path / "project" / "nowhere").symlink_to(tmp_path / "not-there")
    copy(tmp_path / "project", tmp_path / "copy")
    assert (tmp_path / "copy" / "here").resolve() == (tmp_path / "copy" / "file").resolve()
    assert not (tmp_path / "copy" / "there").is_symlink()
    assert (tmp_path / "copy" / "there").read_text() == "outside"
    assert not (tmp_path / "copy" / "nowhere").exists()


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="not a folder"):
        copy(tmp_path / "nothing", tmp_path / "copy")
