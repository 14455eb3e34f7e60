"""`doorward run` and `doorward settings`."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from doorward.commands.shared import DEFAULT_CONFIG, ConfigOption, reported
from doorward.settings import load
from doorward.settings_tables import reference
from doorward.store.connection import open_store
from doorward.wiring.guarded import check_whole


@reported
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    probes_only: Annotated[
        bool, typer.Option("--probes-only", help="The probes alone, from another vantage point into the same store.")
    ] = False,
) -> None:
    """Guard the service: every stage, all day, and the dashboard."""
    settings = load(config)
    check_whole(settings)
    open_store(settings)
    # The daemon brings the store's tables, which Django gives only once it is opened.
    daemon = importlib.import_module("doorward.daemon")
    (daemon.run_probes if probes_only else daemon.run)(settings)


@reported
def settings() -> None:
    """Explain every key of doorward.toml."""
    print(reference())
