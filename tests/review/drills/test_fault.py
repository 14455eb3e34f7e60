"""One setting is written and every other line stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.review.drills import fault

TEXT = '# head\n[session]\nlife = 1  # minutes\nname = "x"\n\n[other]\nlife = 2\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small configuration."""
    made = tmp_path / "auth.toml"
    made.write_text(TEXT)
    return made


def test_only_the_named_key_changes(path: Path) -> None:
    assert fault.changed(path, "session.life", 600) == TEXT.replace("life = 1  # minutes", "life = 600")


def test_text_is_quoted(path: Path) -> None:
    assert 'name = "a\\"b"' in fault.changed(path, "session.name", 'a"b')


def test_a_key_that_is_not_set_is_refused(path: Path) -> None:
    with pytest.raises(InputInvalid, match=r"does not set session\.age"):
        fault.changed(path, "session.age", 1)


def test_a_write_replaces_the_file_in_one_step(path: Path) -> None:
    fault.write(path, "a = 1\n")
    assert path.read_text() == "a = 1\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["auth.toml"]
