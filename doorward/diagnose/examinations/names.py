"""Names: does each host name that the component depends on stand for an address?"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from doorward.diagnose.examined import Examination, NamesExamined, NotExamined
from doorward.diagnose.examinee import Examinee

# A look-up that is not answered is asked again after 5 s by the C library: who has no answer by now has none.
ANSWER_S = 2.0
MOST = 8


def examine_names(examinee: Examinee) -> NamesExamined | NotExamined:
    """Resolve each name in a thread of its own: one that hangs must not hide the others."""
    names = tuple(dict.fromkeys(name for name in _hosts(examinee) if not _is_literal(name)))[:MOST]
    if not names:
        because = "it is reached by addresses alone, without names"
        return NotExamined(Examination.NAMES, examinee.component, because, applies=False)
    answers: queue.SimpleQueue[tuple[str, int, float]] = queue.SimpleQueue()
    for name in names:
        threading.Thread(target=_resolve, args=(name, answers), daemon=True, name="resolve").start()
    found = _collect(len(names), answers, time.monotonic() + ANSWER_S)
    slowest_ms = max((ms for _, ms in found.values()), default=0.0) if len(found) == len(names) else ANSWER_S * 1000
    return NamesExamined(examinee.component, tuple((name, found.get(name, (0, 0.0))[0]) for name in names), slowest_ms)


def _hosts(examinee: Examinee) -> Iterator[str]:
    if examinee.address is not None:
        yield examinee.address.host
    addresses = (examinee.health_url, examinee.database, examinee.store, examinee.issuer, examinee.ldap)
    for address in (*addresses, *examinee.upstream):
        try:
            host = urlsplit(address).hostname
        except ValueError:
            continue
        if host:
            yield host


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _resolve(name: str, answers: queue.SimpleQueue[tuple[str, int, float]]) -> None:
    began = time.monotonic()
    try:
        count = len({found[4][0] for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):  # a label that is too long is no name either
        count = 0
    answers.put((name, count, (time.monotonic() - began) * 1000))


def _collect(
    count: int, answers: queue.SimpleQueue[tuple[str, int, float]], until: float
) -> dict[str, tuple[int, float]]:
    found: dict[str, tuple[int, float]] = {}
    while len(found) < count:
        try:
            name, addresses, ms = answers.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        found[name] = addresses, ms
    return found
