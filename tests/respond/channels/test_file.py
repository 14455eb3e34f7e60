"""The file channel appends whole lines and keeps them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from doorward.errors import DeliveryFailed
from doorward.respond.channels.file import send
from doorward.settings_tables import ChannelTable
from tests.respond.cases import page


def table(path: Path | None) -> ChannelTable:
    """A file channel."""
    return ChannelTable(name="pager", kind="file", path=path)


def test_each_page_is_one_line_with_its_key(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    for number in (1, 2):
        send(page(number), table(path))
    told = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one["key"] for one in told] == [page(1).key, page(2).key]
    assert told[0]["schema"] == "doorward.page/1"
    assert (told[0]["subject"], told[0]["body"]) == (page().subject, page().body)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_that_a_kill_cut_short_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text('{"schema": "doorward.pa')
    send(page(), table(path))
    assert json.loads(path.read_text().splitlines()[-1])["key"] == page().key


@pytest.mark.parametrize("name", ["missing/pages.jsonl", "."])
def test_a_path_that_cannot_be_written_is_a_failed_delivery(tmp_path: Path, name: str) -> None:
    with pytest.raises(DeliveryFailed):
        send(page(), table(tmp_path / name))


def test_a_channel_without_a_path_says_what_to_do() -> None:
    with pytest.raises(DeliveryFailed, match="has no path"):
        send(page(), table(None))
