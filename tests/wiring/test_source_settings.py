"""A source's token comes from a file or the environment, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.settings import Settings
from doorward.wiring.source_settings import needed, secret
from tests.wiring.cases import settings_of


def settings(home: Path, **source: object) -> Settings:
    return settings_of(home, {"source": {"kind": "loki", **source}})


def test_a_token_is_read_from_its_file_or_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKI_TOKEN", "from outside")
    found = settings(tmp_path, token_file="token")
    (tmp_path / "site/token").write_text("from a file\n")
    assert secret(found, found.component[0]) == "from a file"
    found = settings(tmp_path, token_env="LOKI_TOKEN")
    assert secret(found, found.component[0]) == "from outside"
    found = settings(tmp_path)
    assert secret(found, found.component[0]) == ""


@pytest.mark.parametrize(
    ("content", "source", "key"),
    [
        ("", {"token_file": "token"}, "token_file"),
        ("two\nlines", {"token_file": "token"}, "token_file"),
        ("naïve", {"token_file": "token"}, "token_file"),
        ("x", {"token_file": "other"}, "token_file"),
        ("x", {"token_env": "NO_SUCH_VARIABLE"}, "token_env"),
        ("x", {"token_env": "A", "token_file": "token"}, "token_env"),
    ],
    ids=["empty", "two lines", "not ascii", "no file", "no variable", "both"],
)
def test_what_is_no_token_is_refused_and_not_shown(
    tmp_path: Path, content: str, source: dict[str, str], key: str
) -> None:
    found = settings(tmp_path, **source)
    (tmp_path / "site/token").write_text(content)
    with pytest.raises(InputInvalid) as caught:
        secret(found, found.component[0])
    assert caught.value.problems[0].code == f"source.{key}"
    assert "lines" not in str(caught.value)


def test_a_key_that_is_needed_is_named(tmp_path: Path) -> None:
    found = settings(tmp_path)
    with pytest.raises(InputInvalid, match="a source of kind loki needs it"):
        needed(found, found.component[0], "address")
