"""What a second node shares with the first."""

from __future__ import annotations

from pathlib import Path

from bench.faults.fourth.nodes import _furnish


def test_a_node_shares_all_but_its_configuration_its_process_and_the_secrets_of_its_own(tmp_path: Path) -> None:
    site, home = tmp_path / "site", tmp_path / "home"
    for folder in ("secrets", "logs", "run"):
        (site / folder).mkdir(parents=True)
    for path in ("auth.toml", "auth.sqlite3", "secrets/log-key", "secrets/client-secret", "run/auth.pid"):
        (site / path).write_text("of the first")
    _furnish(home, site, ("client-secret",))
    assert sorted(entry.name for entry in home.iterdir()) == ["auth.sqlite3", "logs", "secrets"]
    assert (home / "auth.sqlite3").resolve() == site / "auth.sqlite3"
    assert (home / "secrets/log-key").read_text() == "of the first"
    assert (home / "secrets/client-secret").read_text() != "of the first"
    assert (site / "secrets/client-secret").read_text() == "of the first"
