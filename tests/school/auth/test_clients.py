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


def test_without_a_database_the_service_starts_answers_500_and_says_so_in_the_log(
    copy_site: Callable[[], Any], serve_auth: Callable[[Any], Any], browse: Callable[..., Any]
) -> None:
    site = copy_site()
    (site.path / "auth.sqlite3").unlink()
    serve_auth(site)
    page = browse(site).sign_in(site.people()[0])
    assert page.status_code == 500
    errors = [(event["route"], event["exception"]) for event in site.events("auth", "error")]
    assert errors[0] == ("start", "OperationalError")
    assert errors[-1] == ("sign-in", "OperationalError")
