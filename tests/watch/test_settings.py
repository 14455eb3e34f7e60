"""The watch's settings follow doorward.toml."""

from __future__ import annotations

from doorward.settings_tables import UsualTable, WatchTable
from doorward.watch.settings import WatchSettings, of_table


def test_the_defaults_of_both_agree() -> None:
    assert of_table(WatchTable()) == WatchSettings()


def test_what_doorward_toml_says_is_taken() -> None:
    table = WatchTable(false_alarms_per_month=4, window_s=5, usual=UsualTable(wrong_passwords=0.3, slow_requests=0.1))
    settings = of_table(table)
    assert (settings.false_alarms_per_month, settings.window_s) == (4, 5)
    assert (settings.wrong_passwords, settings.slow_requests) == (0.3, 0.1)
