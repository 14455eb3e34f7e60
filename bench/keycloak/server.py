"""A real Keycloak: started, asked as an administrator does, and ended. Its realms live in memory."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.keycloak.changes import Json
from bench.keycloak.neighbours import free_port

_STARTS_IN_S = 240
_IN_MEMORY = "--db-url=jdbc:h2:mem:keycloakdb;NON_KEYWORDS=VALUE;DB_CLOSE_DELAY=-1"
"""Without the delay the database is gone when no connection is open for a while."""
_TOKEN_S = 40
"""A token of the administrator lives for a minute."""


class Refused(Exception):
    """Keycloak does not make the change."""


@dataclass(slots=True)
class Keycloak:
    """A server that answers at `base`."""

    base: str
    name: str
    password: str
    web: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))
    token: str = ""
    token_at: float = -_TOKEN_S

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """One request to the administration interface. Raises Refused when it is answered by an error."""
        if time.monotonic() - self.token_at >= _TOKEN_S:
            asked = {"grant_type": "password", "client_id": "admin-cli"}
            url = f"{self.base}/realms/master/protocol/openid-connect/token"
            got = self.web.post(url, data={**asked, "username": self.name, "password": self.password})
            self.token, self.token_at = got.raise_for_status().json()["access_token"], time.monotonic()
        head = {"Authorization": f"Bearer {self.token}"}
        answer = self.web.request(method, f"{self.base}/admin/realms{path}", json=body, headers=head)
        if answer.is_error:
            raise Refused(f"{answer.status_code} {answer.text[:200]}")
        return answer

    def make(self, realm: Json) -> None:
        """Import the realm as a new one, in place of one of that name."""
        self.remove(str(realm["realm"]))
        self.ask("POST", "", realm)

    def remove(self, name: str) -> None:
        """Delete a realm, if it is there."""
        with suppress(Refused):
            self.ask("DELETE", f"/{name}")


@contextmanager
def keycloak(folder: Path) -> Iterator[Keycloak]:
    """The Keycloak that is unpacked in the folder, on a free port; ended at the end."""
    port, password = free_port(), secrets.token_urlsafe()
    base = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "JAVA_OPTS_APPEND": "-XX:ActiveProcessorCount=1 -Xmx768m",
        "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
        "KC_BOOTSTRAP_ADMIN_PASSWORD": password,
    }
    script = str(folder / "bin" / "kc.sh")
    subprocess.run([script, "build", "--db=dev-mem"], env=environment, check=True, stdout=subprocess.DEVNULL)
    started = [
        script,
        "start",
        "--optimized",
        "--cache=local",
        "--http-enabled=true",
        "--http-host=127.0.0.1",
        _IN_MEMORY,
    ]
    process = subprocess.Popen(
        [*started, f"--http-port={port}", f"--hostname={base}"],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(base, process)
        yield Keycloak(base, "admin", password)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_IN_S
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{base}/realms/master").is_success:
                return
        time.sleep(0.5)
    raise TimeoutError("Keycloak does not answer")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Addresses that a file cannot know; `directory` is None where there is none."""

    base: str
    mail_port: int
    directory: int | None

    def fill_in(self, realm: Json, name: str) -> Json:
        """The realm as a real server can take it, under a name of its own; cheap hashes, for it is asked often."""
        told = dict(realm)
        if self.directory is None:
            told["components"] = {k: v for k, v in dict(told["components"]).items() if "UserStorage" not in k}  # type: ignore[call-overload]
        if told["realm"] == "school":
            told["realm"] = name
        text = json.dumps(told)
        places = {
            "https://id.town.example": self.base,
            '"mail.school.example", "port": "25"': f'"127.0.0.1", "port": "{self.mail_port}"',
            "ldap://ldap.school.example": f"ldap://127.0.0.1:{self.directory}",
            "ldap://ldap-2.school.example": "ldap://127.0.0.1:1",
            "default-roles-school": f"default-roles-{told['realm']}",
            '"@now"': str(int(time.time()) + 1),
            '"length(8)': '"hashAlgorithm(pbkdf2-sha256) and hashIterations(1000) and length(8)',
        }
        for placeholder, value in places.items():
            text = text.replace(placeholder, value)
        for year in ("rsa-2024", "rsa-2026"):
            text = text.replace(f'"@{year}"', json.dumps(_private_key(year)))
        filled: Json = json.loads(text)
        return filled


@cache
def _private_key(name: str) -> str:
    """A key of that name, made once a run."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def town(base: str) -> Json:
    """The realm of the other provider, with one person."""
    credentials = [{"type": "password", "value": "of-theo-Long1"}]
    return {
        "realm": "town",
        "enabled": True,
        "users": [
            {
                "username": "theo",
                "enabled": True,
                "email": "theo@town.example",
                "emailVerified": True,
                "firstName": "Theo",
                "lastName": "Example",
                "credentials": credentials,
            }
        ],
        "clients": [
            {
                "clientId": "school",
                "secret": "of-the-town",
                "publicClient": False,
                "redirectUris": [f"{base}/realms/*"],
            }
        ],
    }
