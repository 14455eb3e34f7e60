"""The code examination on real directories."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorward.diagnose.examinations import code
from doorward.diagnose.examined import CodeExamined, NotExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

REVISION = "0123456789abcdef0123456789abcdef01234567"


def examined(*places: Path) -> CodeExamined:
    result = code.examine_code(Examinee("auth", Role.PROVIDER, code=places))
    assert isinstance(result, CodeExamined)
    return result


def written(path: Path, at: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    os.utime(path, (at, at))


def test_the_newest_file_counts_and_what_running_code_writes_does_not(tmp_path: Path) -> None:
    written(tmp_path / "app" / "views.py", 1_700_000_100)
    written(tmp_path / "app" / "urls.py", 1_700_000_000)
    written(tmp_path / "app" / "__pycache__" / "views.pyc", 1_700_009_999)
    written(tmp_path / "app" / "app.log", 1_700_009_999)
    result = examined(tmp_path)
    assert (result.newest, result.files) == ("views.py", 2)
    assert result.changed_at == datetime.fromtimestamp(1_700_000_100, UTC)


def test_a_marker_file_counts_by_itself(tmp_path: Path) -> None:
    written(tmp_path / "RELEASE", 1_700_000_000)
    assert examined(tmp_path / "RELEASE").newest == "RELEASE"


def test_the_revision_is_read_from_the_repository_without_running_anything(tmp_path: Path) -> None:
    written(tmp_path / "views.py", 1_700_000_000)
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    head = tmp_path / ".git" / "HEAD"
    head.write_text("ref: refs/heads/main\n")
    assert examined(tmp_path).revision == ""
    (tmp_path / ".git" / "refs" / "heads" / "main").write_text(REVISION + "\n")
    assert examined(tmp_path).revision == REVISION[:12]
    head.write_text(REVISION)
    assert examined(tmp_path).revision == REVISION[:12]
    head.write_text("ref: refs/../../outside")
    assert examined(tmp_path).revision == ""


def test_the_walk_ends_at_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        written(tmp_path / f"{number}.py", 1_700_000_000 + number)
    monkeypatch.setattr(code, "MOST_FILES", 5)
    assert examined(tmp_path).files == 5


def test_without_code_or_with_an_empty_place_it_is_not_examined(tmp_path: Path) -> None:
    none = code.examine_code(Examinee("auth", Role.PROVIDER))
    empty = code.examine_code(Examinee("auth", Role.PROVIDER, code=(tmp_path,)))
    assert isinstance(none, NotExamined)
    assert isinstance(empty, NotExamined)
    assert (none.applies, empty.applies) == (False, True)
