"""What a child of the rehearsal may not do: reach an address that the rehearsal did not put up, or write elsewhere.

Imported by the children, which run on the project's own interpreter; needs nothing but the standard library.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import sys
from typing import Any


class Routes:
    """(host, port) as somebody names it -> the port on 127.0.0.1 that the rehearsal put up for it.

    They stand in a file of the scratch, which may be written after the child has started.
    """

    def __init__(self, file: str) -> None:
        self.file = file

    @property
    def known(self) -> dict[tuple[str, int], int]:
        """What the file says now; nothing while there is none."""
        try:
            with open(self.file, encoding="utf-8") as stream:
                routes = json.load(stream)
        except FileNotFoundError:
            return {}
        return {(str(host).lower(), int(port)): int(local) for host, port, local in routes}

    def named(self, host: Any, port: Any) -> int | None:
        """The local port, None if the rehearsal put up nothing there."""
        return self.known.get((str(host).lower(), int(port) if str(port).isdigit() else -1))

    def reached(self, address: Any) -> int:
        """The local port for a connection to the address. Raises ConnectionRefusedError."""
        if isinstance(address, tuple) and len(address) >= 2:
            local = self.named(address[0], address[1])
            if local is not None:
                return local
            if address[0] == "127.0.0.1" and address[1] in self.known.values():
                return int(address[1])
        raise ConnectionRefusedError("a rehearsal connects to nothing but itself")


def hold_network(routes_file: str) -> None:
    """From now on a connection to one of the file's (host, port, local port) leads to 127.0.0.1 at the local port.

    Any other connection is refused, and no name is asked of the network.
    """
    held = Routes(routes_file)
    real_lookup = socket.getaddrinfo

    def lookup(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        local = held.named(host, port)
        if local is not None:
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", local))]
        if host and not is_own(str(host)):
            raise socket.gaierror(socket.EAI_NONAME, "a rehearsal asks for no name")
        return real_lookup(host, port, *rest, **named)

    def held_to(real: Any) -> Any:
        def connect(self: socket.socket, address: Any) -> Any:
            return real(self, ("127.0.0.1", held.reached(address)))

        return connect

    socket.getaddrinfo = lookup
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, held_to(getattr(socket.socket, name)))


class Writes:
    """What a child would have written outside the scratch; each path once, also as a line of a file in the scratch."""

    # Audit events whose first argument, or first two, are paths that change; those of links are not followed.
    PATHS = {"os.truncate": 1, "os.chmod": 1, "os.chown": 1, "os.utime": 1}
    ENTRIES = {"os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.link": 2, "shutil.rmtree": 1}
    FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self.refused: list[str] = []

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook. Raises PermissionError for what would change a place outside the scratch."""
        for path in self.changed(event, arguments):
            if not self.holds(path) and not (event == "os.mkdir" and os.path.isdir(path)):
                self.refuse(path)

    def changed(self, event: str, arguments: tuple[Any, ...]) -> list[str]:
        """The places that the event changes, as they are without links."""
        if event == "open":
            path, _, flags = arguments
            return [real(path)] if is_path(path) and flags & self.FLAGS else []
        if event in self.PATHS:
            return [real(path) for path in arguments[: self.PATHS[event]] if is_path(path)]
        if event in self.ENTRIES:
            return [entry(path) for path in arguments[: self.ENTRIES[event]] if is_path(path)]
        if event == "os.symlink":
            return [entry(arguments[1])]
        return database(arguments[0]) if event == "sqlite3.connect" else []

    def holds(self, path: str) -> bool:
        """Whether the place may be written: in the scratch, or no file at all."""
        return path == self.root or path.startswith((self.root + os.sep, "/dev/"))

    def refuse(self, path: str) -> None:
        """Note the path and raise."""
        if path not in self.refused:
            self.refused.append(path)
            with open(os.path.join(self.root, REFUSED), "a", encoding="utf-8", errors="replace") as file:
                file.write(path.replace("\n", " ") + "\n")
        raise PermissionError(13, "a rehearsal writes nothing outside its scratch copy", path)


REFUSED = "refused-writes"


def hold_writes(root: str) -> Writes:
    """From now on this process writes below the root alone; a program that it starts is not held."""
    held = Writes(root)
    sys.addaudithook(held.hook)
    return held


def is_path(given: Any) -> bool:
    """Not the number of an open file."""
    return isinstance(given, (str, bytes, os.PathLike))


def real(path: Any) -> str:
    """The place itself, links followed."""
    return os.path.realpath(os.fsdecode(path))


def entry(path: Any) -> str:
    """The place of the entry in its folder, which may be a link."""
    folder, name = os.path.split(os.path.abspath(os.fsdecode(path)))
    return os.path.join(os.path.realpath(folder), name)


def database(named: Any) -> list[str]:
    """The file that SQLite would write, none for memory or for one that is only read."""
    if not is_path(named):
        return []
    path, _, query = os.fsdecode(named).partition("?")
    if path in ("", ":memory:") or any(word in query for word in ("mode=ro", "mode=memory", "immutable=1")):
        return []
    return [real(path[5:] if path.startswith("file:") else path)]


def is_own(host: str) -> bool:
    """Whether the host is this machine, or an address that needs no asking."""
    if host.lower() == "localhost":
        return True
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
