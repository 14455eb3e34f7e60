"""Channels by name: from settings, with the console always there."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import settings as doorward_settings
from doorward.errors import DeliveryFailed
from doorward.respond.channels import address, chain, channels, send, tables
from doorward.settings_tables import ChannelTable
from tests.respond.cases import page

TOML = """
[service]
name = "School portal"
[[component]]
name = "auth"
role = "provider"
kind = "school"
"""


def load(folder: Path, more: str = "") -> doorward_settings.Settings:
    """Settings from a file in that folder."""
    path = folder / "doorward.toml"
    path.write_text(TOML + more)
    return doorward_settings.load(path)


def test_the_three_kinds_are_there() -> None:
    assert list(channels()) == ["console", "file", "smtp"]


def test_without_a_chain_the_console_is_asked(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert [level.channels for level in chain(settings)] == [("console",)]
    assert list(tables(settings)) == ["console"]


def test_a_path_is_relative_to_the_settings_file_and_never_shown(tmp_path: Path) -> None:
    settings = load(tmp_path, '[[channel]]\nname = "pager"\nkind = "file"\npath = "pages.jsonl"\n')
    table = tables(settings)["pager"]
    assert table.path == tmp_path / "pages.jsonl"
    assert address(table) == "pager"
    send(page(channel="pager"), tables(settings))
    assert (tmp_path / "pages.jsonl").exists()


def test_a_channel_that_is_gone_or_unknown_is_a_failed_delivery_not_a_crash() -> None:
    with pytest.raises(DeliveryFailed, match="is not in"):
        send(page(channel="gone"), {})
    with pytest.raises(DeliveryFailed, match="unknown kind"):
        send(page(channel="fax"), {"fax": ChannelTable(name="fax", kind="fax")})
