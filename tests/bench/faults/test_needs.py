"""A layout that cannot stand on this machine is named with what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.faults.fault import Layout
from bench.faults.needs import lacking


def test_the_plain_school_needs_nothing_more() -> None:
    assert lacking(Layout()) == ""


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "redis-server is not installed" in lacking(Layout(sessions="cache"))
    assert "no C compiler" in lacking(Layout(clock=True))
    assert lacking(Layout(front=True)) == ""
