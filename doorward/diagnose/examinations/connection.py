"""Connection: does the name resolve, does the address answer, and does a control target beside it?"""

from __future__ import annotations

import errno
import socket
import time

from doorward.diagnose.examined import ConnectionExamined, Examination, NotExamined, Reach
from doorward.diagnose.examinee import Address, Examinee

TRIES = 3
# Thrice this is still within the bound of a whole examination; a handshake inside one country takes under 0.1 s.
TRY_S = 0.7


def examine_connection(examinee: Examinee) -> ConnectionExamined | NotExamined:
    """Resolve once, then connect `TRIES` times; stop at the first time-out, so that the bound holds."""
    if examinee.address is None:
        return NotExamined(Examination.CONNECTION, examinee.component, "no address is configured", applies=False)
    began = time.monotonic()
    place = resolve(examinee.address)
    resolved_ms = (time.monotonic() - began) * 1000
    control = reach(examinee.control) if examinee.control else None
    if place is None:
        tries: tuple[Reach, ...] = (Reach.UNRESOLVED,)
        return ConnectionExamined(examinee.component, str(examinee.address), tries, None, None, control)
    tries, slowest_ms = _tries(place)
    return ConnectionExamined(examinee.component, str(examinee.address), tries, slowest_ms, resolved_ms, control)


def resolve(address: Address) -> tuple[socket.AddressFamily, tuple[str, int]] | None:
    """The first address that the name stands for, None if it stands for none."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError:
        return None
    family, _, _, _, place = found[0]
    return family, (str(place[0]), address.port)


def reach(address: Address) -> Reach:
    """Connect once."""
    place = resolve(address)
    return Reach.UNRESOLVED if place is None else _try(place)


def _tries(place: tuple[socket.AddressFamily, tuple[str, int]]) -> tuple[tuple[Reach, ...], float | None]:
    tries: list[Reach] = []
    took_ms: list[float] = []
    while len(tries) < TRIES and Reach.TIMED_OUT not in tries:
        began = time.monotonic()
        tries.append(_try(place))
        took_ms.append((time.monotonic() - began) * 1000)
    return tuple(tries), max(took_ms)


def _try(place: tuple[socket.AddressFamily, tuple[str, int]]) -> Reach:
    family, address = place
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(TRY_S)
        try:
            connection.connect(address)
        except TimeoutError:
            return Reach.TIMED_OUT
        except OSError as error:
            return Reach.REFUSED if error.errno in (errno.ECONNREFUSED, errno.ECONNRESET) else Reach.UNREACHABLE
    return Reach.CONNECTED
