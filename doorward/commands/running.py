"""`doorward run` and `doorward settings`."""

from __future__ import annotations

import importlib

from doorward.commands.shared import DEFAULT_CONFIG, ConfigOption, opened, reported
from doorward.settings_tables import reference


@reported
def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Guard the service: every stage, all day, and the dashboard."""
    settings = opened(config)
    # The daemon brings the store's tables, which Django gives only after `opened`.
    importlib.import_module("doorward.daemon").run(settings)


@reported
def settings() -> None:
    """Explain every key of doorward.toml."""
    print(reference())
