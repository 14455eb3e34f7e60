"""Pages appended to a file as JSON lines (`doorward.page/1`): for a pager that follows it, for drills and for tests."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from doorward.errors import DeliveryFailed
from doorward.model.page import Page
from doorward.respond.channels import Channel
from doorward.settings_tables import ChannelTable

SCHEMA = "doorward.page/1"


def send(page: Page, table: ChannelTable) -> None:
    """Append one line and wait for the disk; a line that was cut short earlier stays alone. Raises DeliveryFailed."""
    if table.path is None:
        raise DeliveryFailed(f"channel {table.name} has no path", fix="set path in its [[channel]] table")
    try:
        _append(table.path, _line(page))
    except OSError as error:
        raise DeliveryFailed(f"channel {table.name} does not take the page: {error.strerror}") from error


def _line(page: Page) -> bytes:
    told = {
        "schema": SCHEMA,
        "key": page.key,
        "incident": page.incident,
        "channel": page.channel,
        "to": page.to,
        "subject": page.subject,
        "body": page.body,
        "queued_at": page.queued_at,
    }
    return msgspec.json.encode(told) + b"\n"


def _append(path: Path, line: bytes) -> None:
    is_new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
            line = b"\n" + line
        if file.write(line) != len(line):
            raise OSError(0, "the line was written in part")
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lacks(table: ChannelTable) -> tuple[str, ...]:
    """A file channel needs a path."""
    return () if table.path else ("path",)


CHANNEL = Channel("file", send, lacks)
