"""What a service has to tell in, one JSON line in its log out; people, sessions and networks only as keyed hashes.

Every line: {"time", "service", "event", "config", "worker", "synthetic", ...}. The events and their fields:

configuration-loaded   {}
configuration-refused  {"problems": n}
sign-in                {"outcome", "reason", "person", "session", "source", "client", "agent"}
session                {"outcome", "reason", "person", "session", "source", "agent", "route"}
token                  {"outcome", "reason", "client", "grant"}
authorization          {"outcome", "reason", "person", "client"}    only what is refused
sign-out               {"person", "session"}
password-reset         {"outcome", "person"}
request                {"route", "method", "status", "ms", "source", "person"}
error                  {"route", "exception"}
support-inquiry        {"person", "topic"}            portal only, as are the next two
submission             {"person", "assignment"}
material               {"person"}
"""

import hashlib
import hmac
import json
import os
import threading
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path

Value = str | int | float | bool | None
Address = IPv4Address | IPv6Address

_HASH_LENGTH = 16
_SOURCE_PREFIX = {4: 24, 6: 56}


class EventLog:
    """Appends events to a file that several processes share.

    A line is one write to an append-only descriptor, so lines of different workers never mix. If the file was rotated
    away, the next event opens a new one.
    """

    def __init__(self, service: str, path: Path, key: bytes, config_digest: str) -> None:
        self._service = service
        self._path = path
        self._key = key
        self._config_digest = config_digest
        self._lock = threading.Lock()
        self._descriptor: int | None = None

    def write(self, event: str, *, synthetic: bool = False, **fields: Value) -> None:
        """Appends one event. Raises OSError if the log cannot be written."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {
            "time": now,
            "service": self._service,
            "event": event,
            "config": self._config_digest,
            "worker": os.getpid(),
            "synthetic": synthetic,
            **fields,
        }
        data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            os.write(self._current_descriptor(), data)

    def hash(self, kind: str, value: str) -> str:
        """First 16 hex digits of HMAC-SHA256 over "kind:value"."""
        return hmac.new(self._key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:_HASH_LENGTH]

    def person(self, username: str) -> str:
        """Hash of a user name, case-folded; also of what was typed when nobody has that name."""
        return self.hash("person", username.strip().casefold())

    def session(self, session_key: str) -> str:
        """Hash of a session key, i.e. of the session cookie's value."""
        return self.hash("session", session_key)

    def source(self, address: Address) -> str:
        """Hash of the client's network: the /24 of an IPv4 address, the /56 of an IPv6 address."""
        network = ip_network((address, _SOURCE_PREFIX[address.version]), strict=False)
        return self.hash("source", str(network))

    def close(self) -> None:
        """Closes the file; a later event opens it again."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _current_descriptor(self) -> int:
        if self._descriptor is not None and not self._is_rotated(self._descriptor):
            return self._descriptor
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None  # the number may soon be another file's, if this one cannot be opened again
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        return self._descriptor

    def _is_rotated(self, descriptor: int) -> bool:
        try:
            named = self._path.stat()
        except FileNotFoundError:
            return True
        opened = os.fstat(descriptor)
        return (named.st_dev, named.st_ino) != (opened.st_dev, opened.st_ino)
