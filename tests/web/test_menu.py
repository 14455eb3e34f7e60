"""The menu follows the order of the story and leads to pages that exist."""

from __future__ import annotations

from django.urls import reverse

from doorward.web.menu import MENU

STORY = ("check", "probe", "watch", "diagnose", "respond", "recover", "review")


def test_the_menu_keeps_the_order_of_the_story() -> None:
    stages = [stage for stage, _, _ in MENU]
    assert stages == [stage for stage in STORY if stage in stages]


def test_every_entry_has_an_address_of_its_own() -> None:
    assert len({reverse(name) for _, _, name in MENU}) == len(MENU)
