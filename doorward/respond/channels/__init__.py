"""The ways to reach a person, one file each: it sets `CHANNEL`. `doorward.toml` names them in [[channel]] tables.

A channel's `send` returns only when the page is taken for good, and raises DeliveryFailed otherwise; it never retries
(the courier does) and never shows a password.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from doorward import extensions
from doorward.errors import DeliveryFailed
from doorward.model.page import Page
from doorward.settings import Settings
from doorward.settings_tables import ChannelTable, LevelTable

CONSOLE = ChannelTable(name="console", kind="console")


def _nothing_lacks(table: ChannelTable) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Channel:
    """A kind of channel. `lacks` names the keys of its table that must be set and are not."""

    kind: str
    send: Callable[[Page, ChannelTable], None]
    lacks: Callable[[ChannelTable], tuple[str, ...]] = _nothing_lacks


@cache
def channels() -> dict[str, Channel]:
    """Every kind by its id. Raises ExtensionInvalid."""
    found = extensions.load(sys.modules[__name__], "CHANNEL", Channel, lambda channel: channel.kind)
    return {channel.kind: channel for channel in found}


def send(page: Page, tables: Mapping[str, ChannelTable]) -> None:
    """Send the page by its channel. Raises DeliveryFailed, also where the settings no longer know the channel."""
    table = tables.get(page.channel)
    if table is None:
        raise DeliveryFailed(f"channel {page.channel} is not in doorward.toml any more", fix="add it, or a like one")
    channel = channels().get(table.kind)
    if channel is None:
        raise DeliveryFailed(f"channel {table.name} has the unknown kind {table.kind!r}", fix=known_kinds())
    channel.send(page, table)


def known_kinds() -> str:
    """What to do about an unknown kind."""
    return f"kind is one of: {', '.join(sorted(channels()))}"


def tables(settings: Settings) -> dict[str, ChannelTable]:
    """The channels of doorward.toml by name, their paths absolute; `console` is there without being named."""
    base = settings.path.parent

    def placed(table: ChannelTable) -> ChannelTable:
        paths = {key: getattr(table, key) for key in ("path", "username_file", "password_file")}
        return table.model_copy(update={key: base / path for key, path in paths.items() if path is not None})

    return {CONSOLE.name: CONSOLE} | {table.name: placed(table) for table in settings.channel}


def chain(settings: Settings) -> tuple[LevelTable, ...]:
    """The escalation chain; without one, whoever sees the console."""
    return settings.respond.level or (LevelTable(name="Whoever sees the console", channels=(CONSOLE.name,)),)


def address(table: ChannelTable) -> str:
    """Whom a page by this channel reaches, as it is written in the log: never a path of this machine."""
    return table.to or table.name
