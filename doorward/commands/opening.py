"""What the commands that keep records begin with: the settings, and the store made ready."""

from __future__ import annotations

from pathlib import Path

from doorward.settings import Settings, load
from doorward.store.connection import open_store


def opened(config: Path) -> Settings:
    """The settings with the store ready. Raises InputInvalid, StoreUnavailable."""
    settings = load(config)
    open_store(settings)
    return settings
