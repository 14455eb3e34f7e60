"""Old and new from git's objects: every form of range, nothing touched, nothing outside the scratch copy written."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from doorward.check import git_range
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration, Setting, StartError
from doorward.model.fact import Flow, Where


def _git(folder: Path, *arguments: str) -> str:
    person = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **person, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """main: one, two; side: one, three. `a` differs in each."""
    root = tmp_path_factory.mktemp("repository").resolve()
    _git(root, "init", "-q", "-b", "main")
    (root / "sub").mkdir()
    (root / "sub" / "naïve name").write_bytes(b"\x00\xff\r\n")
    (root / "run").write_text("#!/bin/sh\n")
    (root / "run").chmod(0o755)
    (root / "inside").symlink_to("sub")
    (root / "outside").symlink_to("../../etc")
    (root / ".gitattributes").write_text("a export-ignore text eol=crlf\n")
    for branch, content in (("", "one\n"), ("", "two\n"), ("side", "three\n")):
        if branch:
            _git(root, "checkout", "-q", "-b", branch, "main~1")
        (root / "a").write_text(content)
        _git(root, "add", ".")
        _git(root, "commit", "-q", "-m", content)
    _git(root, "checkout", "-q", "main")
    return root


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("main~1..main", "main~1", "main"),
        ("main..side", "main", "side"),
        ("main...side", "main~1", "side"),
        ("main~1..", "main~1", "HEAD"),
        ("..side", "HEAD", "side"),
        ("HEAD", "HEAD", None),
    ],
)
def test_a_range_is_read_as_git_reads_it(repository: Path, text: str, old: str, new: str | None) -> None:
    span = git_range.parse(text, repository / "sub")
    assert span.root == repository
    assert span.old == _git(repository, "rev-parse", old)
    assert span.new == (_git(repository, "rev-parse", new) if new else None)


@pytest.mark.parametrize("text", ["nosuch..HEAD", "main..nosuch", "nosuch", "--output=x..main", "main..main:a"])
def test_a_revision_that_git_does_not_know_is_wrong_use(repository: Path, text: str) -> None:
    with pytest.raises(InputInvalid, match=r"git\.revision"):
        git_range.parse(text, repository)


def test_outside_a_repository_it_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="repository"):
        git_range.parse("HEAD", tmp_path)


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    assert git_range.parse("HEAD", tmp_path).old is None


def test_the_copy_has_the_bytes_as_git_keeps_them_and_no_link_that_leads_out(repository: Path, tmp_path: Path) -> None:
    before = _git(repository, "status", "--porcelain"), (repository / ".git" / "index").read_bytes()
    git_range.write_tree(repository, _git(repository, "rev-parse", "main~1"), tmp_path)
    assert (tmp_path / "a").read_bytes() == b"one\n"
    assert (tmp_path / "sub" / "naïve name").read_bytes() == b"\x00\xff\r\n"
    assert os.access(tmp_path / "run", os.X_OK)
    assert (tmp_path / "inside").readlink() == Path("sub")
    assert not os.path.lexists(tmp_path / "outside")
    assert (repository / "a").read_text() == "two\n"
    assert before == (_git(repository, "status", "--porcelain"), (repository / ".git" / "index").read_bytes())


def test_the_files_that_differ_are_those_still_there(repository: Path) -> None:
    assert git_range.changed(git_range.parse("main~1..side", repository)) == ("a",)
    assert git_range.changed(git_range.parse("HEAD", repository)) == ()


def test_paths_of_the_scratch_copy_come_out_nowhere() -> None:
    configuration = Configuration(
        "django",
        "/scratch/new/a.toml",
        (Flow(Where("/scratch/new/a.toml", 3, "x"), "pages", ("/scratch/new/b",), ("no /scratch/new/c",)),),
        (Setting("x", "/scratch/new/d", Where("/scratch/new/a.toml", 1, "x")),),
        StartError("OSError", "no file /scratch/new/e", Where("/scratch/new/a.toml", 2)),
    )
    moved = git_range.relocated(configuration, Path("/scratch/new"))
    assert "/scratch" not in repr(moved)
    assert moved.facts[0].where == Where("a.toml", 3, "x")
