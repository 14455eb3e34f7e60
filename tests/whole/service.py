"""A small guarded service: signs people in over HTTP, writes the school's log, takes its configuration at SIGHUP.

`python service.py DIRECTORY PORT PEOPLE_PER_S`. With `bind_ipv4_prefix = 32` it refuses the sessions of people who
come back from another address, as the school does. SIGTERM ends its people; the log then has its last line.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FORM = b"""<html><title>Sign in</title><form method="post" action="/sign-in/"><input name="username">
<input type="password" name="password"><button>Sign in</button></form></html>"""
ACCOUNT = b"<html><title>Your account</title><p>Signed in</p></html>"


class Service:
    """The state of the service: its configuration, its log, its sessions."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.sessions: dict[str, str] = {}
        self.numbers = itertools.count(1)
        self.load()

    def load(self) -> None:
        """Take the configuration in the file."""
        content = (self.directory / "auth.toml").read_bytes()
        self.digest = hashlib.sha256(content).hexdigest()[:12]
        self.is_faulty = b"bind_ipv4_prefix = 32" in content
        self.write("configuration-loaded")

    def write(self, event: str, **fields: object) -> None:
        """One line of the log, by one write."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"time": at, "service": "auth", "event": event, "config": self.digest, "worker": os.getpid()}
        with self.lock:
            descriptor = os.open(self.directory / "logs/auth.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(descriptor, json.dumps({**line, "synthetic": False, **fields}).encode() + b"\n")
            os.close(descriptor)

    def visit(self) -> None:
        """A person signs in and comes back; every second one has a network with several outgoing addresses."""
        number = next(self.numbers)
        who = {"person": f"{number:016x}", "session": f"{number + 2**40:016x}", "source": f"{number + 2**50:016x}"}
        self.write("sign-in", outcome="succeeded", reason="ok", client=None, agent="firefox", **who)
        self.write("request", route="sign-in", method="POST", status=302, ms=5.0, source=who["source"])
        refused = self.is_faulty and number % 2 == 0
        verdict = (
            {"outcome": "rejected", "reason": "network-changed"} if refused else {"outcome": "accepted", "reason": "ok"}
        )
        self.write("session", agent="firefox", route="authorize", **verdict, **who)


def handler(service: Service) -> type[BaseHTTPRequestHandler]:
    """The pages of that service."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self.path == "/healthz":
                return self.answer(200, b"ok")
            cookie = (self.headers.get("Cookie") or "").partition("=")[2]
            address = service.sessions.get(cookie)
            moved = service.is_faulty and address != self.headers.get("X-Forwarded-For")
            return self.answer(200, FORM if address is None or moved else ACCOUNT, Content_Type="text/html")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            session = f"{next(service.numbers):016x}"
            service.sessions[session] = self.headers.get("X-Forwarded-For") or ""
            self.answer(302, b"", Location="/", Set_Cookie=f"session={session}; Path=/; HttpOnly")

    return Handler


def main() -> None:
    """Serve until SIGTERM."""
    directory, port, per_s = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    service = Service(directory)
    hangups: list[int] = []
    signal.signal(signal.SIGHUP, lambda *_: hangups.append(1))
    signal.signal(signal.SIGTERM, lambda *_: service.ended.set())
    server = ThreadingHTTPServer(("127.0.0.1", port), handler(service))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (directory / "run/auth.pid").write_text(f"{os.getpid()}\n")
    while not service.ended.wait(1 / per_s):
        if hangups:
            hangups.clear()
            service.load()
        service.visit()
    server.shutdown()


if __name__ == "__main__":
    main()
