"""What a child of the rehearsal may not do: reach an address that the rehearsal did not put up, or write elsewhere.

Imported by the children, which run on the project's own interpreter; needs nothing but the standard library.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Sequence  # noqa: UP035 — older interpreters read this file too


class Routes:
    """(host, port) as somebody names it -> the port on 127.0.0.1 that the rehearsal put up for it."""

    def __init__(self, routes: Sequence[Sequence[Any]]) -> None:
        self.known = {(str(host).lower(), int(port)): int(local) for host, port, local in routes}
        self.ours = frozenset(self.known.values())

    def named(self, host: Any, port: Any) -> int | None:
        """The local port, None if the rehearsal put up nothing there."""
        return self.known.get((str(host).lower(), int(port) if str(port).isdigit() else -1))

    def reached(self, address: Any) -> int:
        """The local port for a connection to the address. Raises ConnectionRefusedError."""
        if isinstance(address, tuple) and len(address) >= 2:
            local = self.named(address[0], address[1])
            if local is not None:
                return local
            if address[0] == "127.0.0.1" and address[1] in self.ours:
                return int(address[1])
        raise ConnectionRefusedError("a rehearsal connects to nothing but itself")


def hold_network(routes: Sequence[Sequence[Any]]) -> None:
    """From now on a connection to one of these (host, port, local port) leads to 127.0.0.1 at the local port.

    Any other connection is refused, and no name is asked of the network.
    """
    held = Routes(routes)
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


def is_own(host: str) -> bool:
    """Whether the host is this machine, or an address that needs no asking."""
    if host.lower() == "localhost":
        return True
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
