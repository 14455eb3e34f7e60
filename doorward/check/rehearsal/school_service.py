"""One service of the school as its configuration tells it, and what the other one is told where nobody says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from doorward.check.rehearsal.browser import origin
from doorward.check.rehearsal.toml_text import Table

AUTH, PORTAL = "auth", "portal"
_ISSUER_PATH = "/o"


@dataclass(frozen=True, slots=True)
class Service:
    """One service of one side: its configuration as people wrote it, and in the scratch its file and its database.

    `has_people` says whether the database that people named is there.
    """

    name: str
    told: Table
    file: Path
    database: Path
    has_people: bool

    def text(self, table: str, key: str, default: str = "") -> str:
        """A text of the configuration, the default if it is missing or of another type."""
        section = self.told.get(table)
        value = section.get(key, default) if isinstance(section, dict) else default
        return value if isinstance(value, str) else default

    @property
    def public_url(self) -> str:
        """The address people use."""
        return self.text("service", "public_url")

    @property
    def session_cookie(self) -> str:
        """The name of its session's cookie."""
        return self.text("session", "cookie_name", f"{self.name}_session")

    @property
    def peer(self) -> str:
        """The address of the proxy in front of it: the first that it trusts."""
        section = self.told.get("proxy")
        trusted = section.get("trusted") if isinstance(section, dict) else None
        first = trusted[0] if isinstance(trusted, list) and trusted else None
        return first if isinstance(first, str) else "127.0.0.1"


def default(name: str, told: Table) -> Table:
    """The other service as a set-up would write it, so that the two fit together as OLD has it."""
    common: dict[str, object] = {
        "database": {"path": f"{name}.sqlite3"},
        "log": {"path": f"logs/{name}.jsonl", "key_file": "secrets/log-key"},
        "monitoring": {"token_file": "secrets/monitoring-token"},
    }
    return {**common, **(_default_portal(told) if name == PORTAL else _default_auth(told))}


def _default_portal(auth: Table) -> Table:
    clients = auth.get("client")
    client = clients[0] if isinstance(clients, list) and clients and isinstance(clients[0], dict) else {}
    callbacks = client.get("redirect_uris")
    callback = str(callbacks[0]) if isinstance(callbacks, list) and callbacks else "http://127.0.0.1:8000"
    public_url = Service(AUTH, auth, Path(), Path(), False).public_url
    sign_in: dict[str, object] = {"issuer": public_url + _ISSUER_PATH, "client_id": str(client.get("id", "portal"))}
    sign_in["client_secret_file"] = str(client.get("secret_file", "secrets/portal-client-secret"))
    return {
        "service": _default_service(origin(callback), "secrets/portal-secret-key"),
        "sign_in": sign_in,
        "media": {"directory": "media"},
    }


def _default_auth(portal: Table) -> Table:
    told = Service(PORTAL, portal, Path(), Path(), False)
    callback, home = told.public_url + "/sign-in/callback/", told.public_url + "/"
    return {
        "service": _default_service(origin(told.text("sign_in", "issuer")), "secrets/auth-secret-key"),
        "mail": {"directory": "mail"},
        "oidc": {"signing_key_file": "secrets/oidc-signing-key.pem"},
        "client": [
            {
                "id": told.text("sign_in", "client_id", PORTAL),
                "name": "School portal",
                "secret_file": told.text("sign_in", "client_secret_file"),
                "redirect_uris": [callback],
                "post_sign_out_uris": [told.public_url + "/signed-out/", home],
            }
        ],
    }


def _default_service(public_url: str, key_file: str) -> dict[str, object]:
    hosts = [urlsplit(public_url).hostname or "localhost"]
    return {"public_url": public_url, "port": 1, "secret_key_file": key_file, "allowed_hosts": hosts}
