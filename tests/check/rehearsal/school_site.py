"""A school's files as a set-up writes them, without its people: enough to rehearse it and to see what moves."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from school.site_files import auth_toml, portal_toml

_SECRETS = ("auth-secret-key", "portal-secret-key", "log-key", "portal-client-secret", "monitoring-token")
_AUTH_PORT, _PORTAL_PORT = 8401, 8402


def make(folder: Path) -> Path:
    """The site's folder, with passwords hashed cheaply."""
    (folder / "secrets").mkdir(parents=True)
    for name in _SECRETS:
        (folder / "secrets" / name).write_text(f"{name}-of-a-site-that-is-only-a-test\n")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "secrets" / "oidc-signing-key.pem").write_bytes(pem)
    (folder / "auth.toml").write_text(auth_text())
    (folder / "portal.toml").write_text(portal_text())
    for name in ("auth.sqlite3", "portal.sqlite3"):
        (folder / name).write_bytes(b"the people's own")
    return folder


def auth_text() -> str:
    """auth.toml."""
    return auth_toml(_AUTH_PORT, _PORTAL_PORT).replace("memory_kib = 19456", "memory_kib = 64")


def portal_text() -> str:
    """portal.toml."""
    return portal_toml(_AUTH_PORT, _PORTAL_PORT)
