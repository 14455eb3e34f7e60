"""What stands beside Keycloak: a mail server that keeps addresses only, and a directory of teachers."""

from __future__ import annotations

import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEACHERS = """\
dn: dc=school,dc=example
objectClass: domain
dc: school

dn: ou=teachers,dc=school,dc=example
objectClass: organizationalUnit
ou: teachers

dn: ou=staff,dc=school,dc=example
objectClass: organizationalUnit
ou: staff

dn: uid=tess,ou=teachers,dc=school,dc=example
objectClass: inetOrgPerson
uid: tess
cn: Tess
sn: Example
givenName: Tess
mail: tess@school.example
employeeNumber: 1001
title: teacher
userPassword: of-tess-Long1

dn: uid=tina,ou=teachers,dc=school,dc=example
objectClass: inetOrgPerson
uid: tina
cn: Tina
sn: Example
givenName: Tina
mail: tina@school.example
employeeNumber: 1002
title: teacher
userPassword: of-tina-Long1
"""
_STARTS_IN_S = 20


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class _Letter(socketserver.StreamRequestHandler):
    """One conversation of SMTP (RFC 5321), as short as it may be."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail\r\n")
        is_text = False
        for line in self.rfile:
            word = line[:4].upper()
            if is_text:
                is_text = line != b".\r\n"
                if is_text:
                    continue
            elif word == b"RCPT":
                self.server.letters.append(line.decode("ascii", "replace"))  # type: ignore[attr-defined]
            elif word == b"DATA":
                is_text = True
                self.wfile.write(b"354 go on\r\n")
                continue
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 fine\r\n")


class Mail(socketserver.ThreadingTCPServer):
    """A mail server; `letters` holds the line of each addressee."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Letter)
        self.letters: list[str] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def has_letter_for(self, address: str, within_s: float) -> bool:
        """Whether a letter to that address has come, or comes in time."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if any(address in line for line in self.letters):
                return True
            time.sleep(0.02)
        return False


@contextmanager
def mail() -> Iterator[Mail]:
    """A mail server that runs."""
    with Mail() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@contextmanager
def directory(jar: Path | None) -> Iterator[int | None]:
    """The port of a directory of teachers; None without the jar of UnboundID's LDAP SDK."""
    if jar is None:
        yield None
        return
    port, people = free_port(), jar.parent / "doorward-teachers.ldif"
    people.write_text(TEACHERS)
    java = ("java", "-XX:ActiveProcessorCount=1", "-Xmx96m", "-cp", str(jar))
    asked = [*java, str(Path(__file__).parent / "Directory.java"), str(port), str(people)]
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            people.unlink()


def _wait_for(port: int) -> None:
    until = time.monotonic() + _STARTS_IN_S
    while time.monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the directory does not answer")
