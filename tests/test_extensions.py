"""A guard never loses an extension quietly."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from doorward.errors import ExtensionInvalid
from doorward.extensions import load


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package to put extensions into."""
    package = tmp_path / "some_extensions"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [name for name in sys.modules if name.startswith("some_extensions")]:
        del sys.modules[name]


def _load(folder: Path) -> tuple[str, ...]:
    importlib.invalidate_caches()
    package: ModuleType = importlib.import_module("some_extensions")
    return load(package, "WORD", str, lambda word: word)


def test_extensions_are_read_in_name_order(folder: Path) -> None:
    (folder / "b.py").write_text('WORD = "second"')
    (folder / "a.py").write_text('WORD = ("first", "also first")')
    assert _load(folder) == ("first", "also first", "second")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("import nothing_of_that_name", "does not import"),
        ("syntax error here", "does not import"),
        ("OTHER = 1", "must set WORD"),
        ("WORD = 1", "must set WORD"),
    ],
)
def test_a_broken_extension_stops_the_start(folder: Path, content: str, said: str) -> None:
    (folder / "a.py").write_text(content)
    with pytest.raises(ExtensionInvalid, match=said):
        _load(folder)


def test_a_repeated_id_stops_the_start(folder: Path) -> None:
    (folder / "a.py").write_text('WORD = "same"')
    (folder / "b.py").write_text('WORD = "same"')
    with pytest.raises(ExtensionInvalid, match="two extensions"):
        _load(folder)
