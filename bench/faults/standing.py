"""How a stage's school stands: its two configurations, the environment of each process, and what Doorward is told."""

from __future__ import annotations

import os
import secrets
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from bench.faults.edit import Value, change
from bench.faults.guard import Told
from bench.faults.names import HOSTS
from bench.faults.stores import ACCOUNT, DATABASE
from bench.faults.template import age, use_postgresql

if TYPE_CHECKING:
    from bench.faults.stage import Stage

LIBRARY_CALLBACK = "http://127.0.0.1:9/library/callback"
_LIBRARY = f"""
[[client]]
id = "library"
name = "Library"
secret_file = "secrets/library-secret"
redirect_uris = ["{LIBRARY_CALLBACK}"]
"""


def configure(stage: Stage) -> None:
    """Write the addresses and stores of this stage into both configurations."""
    auth, portal = stage.addresses["auth"], stage.addresses["portal"]
    both: dict[str, Value] = {"server.workers": stage.layout.workers, "server.threads": stage.layout.threads}
    if stage.layout.names:
        both["service.allowed_hosts"] = ["127.0.0.1", "localhost", *HOSTS.values()]
    of_auth: dict[str, Value] = {
        "service.public_url": auth,
        "service.port": stage.ports["auth"],
        "service.help_url": f"{portal}/cannot-sign-in/",
        "client[0].redirect_uris": [f"{portal}/sign-in/callback/"],
        "client[0].post_sign_out_uris": [f"{portal}/signed-out/", f"{portal}/"],
    }
    if stage.redis is not None:
        of_auth |= {"session.engine": stage.layout.sessions, "session.redis_url": store(stage)}
    of_portal: dict[str, Value] = {
        "service.public_url": portal,
        "service.port": stage.ports["portal"],
        "sign_in.issuer": f"{auth}/o",
        "sign_in.recheck_seconds": stage.layout.recheck_s,
    }
    for name, pairs in (("auth", both | of_auth), ("portal", both | of_portal)):
        for key, value in pairs.items():
            change(stage.toml(name), key, value)
        set_clock(stage.clock(name), 0)
    if stage.postgresql is not None:
        use_postgresql(stage.toml("auth"), stage.relays["database"].port)
    if stage.layout.library:
        stage.secret("library-secret").write_text(secrets.token_urlsafe(32) + "\n")
        with stage.toml("auth").open("a") as file:
            file.write(_LIBRARY)
    for path in (*stage.site.glob("*.toml"), *stage.site.glob("secrets/*")):
        age(path)


def environment(stage: Stage, name: str) -> dict[str, str]:
    """What a process of ours needs beyond its configuration: whom it believes, by which way it goes, its clock."""
    found: dict[str, str] = {}
    if stage.authority is not None:
        found |= {"REQUESTS_CA_BUNDLE": str(stage.authority.pem), "SSL_CERT_FILE": str(stage.authority.pem)}
    if name == "doorward" and stage.postgresql is not None:
        found["PGPASSFILE"] = str(_passwords(stage))
    if name == "portal" and stage.layout.back:
        found["http_proxy"] = f"http://127.0.0.1:{stage.relays['back'].port}"
    if name in ("auth", "portal") and stage.layout.clock:
        found |= {"LD_PRELOAD": str(clock_library(stage.template)), "CLOCK_OFFSET_FILE": str(stage.clock(name))}
    return found


def set_clock(path: Path, offset_s: int) -> None:
    """Put the clock forward or back, in place: the file is mapped."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(struct.pack("q", offset_s))


def clock_library(template: Path) -> Path:
    """`clock.c`, compiled once."""
    made = template / "clock.so"
    if not made.exists():
        source = Path(__file__).with_name("clock.c")
        fresh = made.with_suffix(f".{os.getpid()}")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(fresh), str(source), "-ldl"], check=True)
        os.replace(fresh, made)
    return made


def _passwords(stage: Stage) -> Path:
    """libpq's file of passwords, for Doorward's own examination."""
    path = stage.directory / "pgpass"
    path.write_text(f"127.0.0.1:*:*:*:{stage.secret('database-password').read_text()}")
    path.chmod(0o600)
    return path


def store(stage: Stage) -> str:
    """The session store as the school reaches it."""
    return f"redis://127.0.0.1:{stage.relays['store'].port}/0"


def told(stage: Stage) -> Told:
    """What Doorward is told."""
    database = "sqlite:auth.sqlite3"
    if stage.postgresql is not None:
        database = f"postgresql://{ACCOUNT}@127.0.0.1:{stage.relays['database'].port}/{DATABASE}"
    return Told(
        auth=stage.addresses["auth"],
        portal=stage.addresses["portal"],
        release=str(stage.release),
        auth_database=database,
        portal_database="sqlite:portal.sqlite3",
        store=store(stage) if stage.redis is not None else "",
        authorities=str(stage.authority.pem) if stage.authority is not None else "",
    )
