"""A name server of ours for one run, and how a process is made to ask it: a resolv.conf of its own by a mount.

It answers for the names of the school, on a loopback address of its own, port 53; so it needs root, as the mount does.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path

HOSTS = {"auth": "auth.school.test", "portal": "portal.school.test"}
_A, _NO_ERROR, _NO_NAME, _FAILED = 1, 0x8400, 0x8403, 0x8402


class Answer(StrEnum):
    """How the name server answers."""

    RIGHT = "right"
    SILENT = "silent"
    NO_NAME = "no name"
    FAILED = "failed"  # it cannot find out: SERVFAIL, as where the zone's signatures ended
    ELSEWHERE = "elsewhere"  # an old address: nothing is there any more


class NameServer:
    """Answers in a thread until it is closed."""

    def __init__(self, directory: Path) -> None:
        self.answer = Answer.RIGHT
        self.lost = ""
        """The one name that it does not know any more."""
        self.address = str(IPv4Address("127.53.0.1") + os.getpid() % 60000)
        self.resolv = directory / "resolv.conf"
        self.resolv.write_text(f"nameserver {self.address}\noptions timeout:2 attempts:1\n")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, 53))
        threading.Thread(target=self._serve, name="names", daemon=True).start()

    def asked_by(self, command: Sequence[str]) -> list[str]:
        """The command, in a mount namespace where names come from here."""
        script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
        return ["unshare", "-m", "sh", "-c", script, str(self.resolv), *command]

    def close(self) -> None:
        """Answer no more."""
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                question, asker = self._socket.recvfrom(512)
            except OSError:
                return
            answer = self._said(question)
            if answer:
                self._socket.sendto(answer, asker)

    def _said(self, question: bytes) -> bytes:
        """RFC 1035 section 4: the header and question again, and an address where one was asked for."""
        if self.answer is Answer.SILENT:
            return b""
        name, end = _name(question)
        if self.answer is Answer.FAILED:
            return question[:2] + _FAILED.to_bytes(2, "big") + bytes((0, 1, 0, 0, 0, 0, 0, 0)) + question[12 : end + 4]
        asked = question[12 : end + 4]
        is_known = name in HOSTS.values() and name != self.lost and self.answer is not Answer.NO_NAME
        is_address = is_known and int.from_bytes(question[end : end + 2], "big") == _A
        flags = _NO_ERROR if is_known else _NO_NAME
        head = question[:2] + flags.to_bytes(2, "big") + bytes((0, 1, 0, int(is_address), 0, 0, 0, 0))
        if not is_address:
            return head + asked
        address = "127.0.0.1" if self.answer is Answer.RIGHT else "127.0.0.99"
        return head + asked + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04" + socket.inet_aton(address)


def _name(question: bytes) -> tuple[str, int]:
    """The name asked for, and where it ends."""
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode("ascii", "replace"))
        at += 1 + question[at]
    return ".".join(labels).lower(), at + 1
