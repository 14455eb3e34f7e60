"""PostgreSQL and Redis of one run: real servers of our own on free ports."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from bench.faults.children import Child, Children
from doorward.review.drills.site import free_ports, wait_until

KEEPER = "keeper"
"""PostgreSQL's superuser, by the socket alone."""
ACCOUNT = "accounts"
"""Who the authentication service is to PostgreSQL."""
DATABASE = "school"
_CONNECTIONS = 40


def programs() -> Path | None:
    """Where PostgreSQL's own programs are; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def account() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as its own account."""
    return pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None


@dataclass(slots=True)
class PostgreSQL:
    """A server on the cluster in `home/data`; its socket lies in `home`."""

    home: Path
    children: Children
    port: int = 0
    child: Child | None = None

    @staticmethod
    def make(home: Path) -> str:
        """Make an empty cluster; returns the password that `ACCOUNT` will have."""
        bin_ = programs()
        assert bin_ is not None
        home.mkdir()
        if account():
            shutil.chown(home, account())
        command = [str(bin_ / "initdb"), "-D", str(home / "data"), "-U", KEEPER, "--no-sync"]
        command += ["--auth-local=trust", "--auth-host=scram-sha-256"]
        subprocess.run(command, check=True, user=account(), stdout=subprocess.DEVNULL, cwd=home)
        return secrets.token_urlsafe(24)

    def start(self) -> None:
        """Serve it on a free port and wait until it answers."""
        bin_ = programs()
        assert bin_ is not None
        self.port = free_ports(1)[0]
        options = ["-h", "127.0.0.1", "-k", str(self.home), "-F", "-c", f"max_connections={_CONNECTIONS}"]
        command = [str(bin_ / "postgres"), "-D", str(self.home / "data"), "-p", str(self.port), *options]
        self.child = self.children.start("postgresql", command, cwd=self.home, user=account())
        wait_until(self._answers, 30, "PostgreSQL does not answer")

    def ask(self, *statements: str, database: str = DATABASE) -> None:
        """Have the superuser say this."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def connect(self, database: str = DATABASE) -> psycopg.Connection[tuple[object, ...]]:
        """The superuser's connection, each statement by itself."""
        return psycopg.connect(
            host=str(self.home), port=self.port, user=KEEPER, dbname=database, autocommit=True, connect_timeout=3
        )

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.Error:
            return False
        return True


@dataclass(slots=True)
class Redis:
    """A Redis without persistence."""

    directory: Path
    children: Children
    port: int = 0
    child: Child | None = None

    def start(self) -> None:
        """Serve it on a free port (the same one again after a restart)."""
        self.port = self.port or free_ports(1)[0]
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.directory)]
        self.child = self.children.start("redis", ["redis-server", *options])
        wait_until(partial(listens, self.port), 10, "Redis does not answer")

    def ask(self, *commands: str) -> None:
        """Say each of these, inline."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            for command in commands:
                connection.sendall(f"{command}\r\n".encode())
                connection.recv(65536)


def listens(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
