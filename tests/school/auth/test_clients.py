"""The provider's clients follow auth.toml, also at a reload."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

SECOND = """
[[client]]
id = "library"
name = "Library"
secret_file = "secrets/portal-client-secret"
redirect_uris = ["http://127.0.0.1:9/callback/"]
"""


def clients(site: Any) -> dict[str, tuple[str, str]]:
    with sqlite3.connect(site.path / "auth.sqlite3") as database:
        rows = database.execute("SELECT client_id, name, client_secret FROM oauth2_provider_application")
        return {client_id: (name, secret) for client_id, name, secret in rows}


def test_clients_are_added_corrected_and_removed_at_a_reload(
    auth_with: Callable[..., Any], reload: Callable[[Any], None]
) -> None:
    site = auth_with({})
    before = clients(site)
    assert list(before) == ["portal"]
    assert site.secret("portal-client-secret") not in before["portal"][1]

    site.edit({"[proxy]": SECOND + "\n[proxy]", "School portal": "The portal"})
    reload(site)
    after = clients(site)
    assert {name for name, _ in after.values()} == {"The portal", "Library"}

    site.edit({SECOND: ""})
    reload(site)
    assert clients(site) == {"portal": after["portal"]}, "what did not change was not written again"
