"""Held: who keeps the component's port busy, by the kernel's own account of each connection?

Linux's `sock_diag` is asked as `ss -tin` asks it; any account may. Nothing is sent to anybody.
Source: linux/inet_diag.h, linux/sock_diag.h; `struct tcp_info` of linux/tcp.h.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import psutil

from doorward.diagnose.examinations.process import pid_of
from doorward.diagnose.examined import Examination, NotExamined
from doorward.diagnose.examined_process import HeldExamined
from doorward.diagnose.examinee import Examinee

# A request is a few hundred bytes that come at once; its answer is there within a fraction of this.
LONG_MS = 3000
# What comes this much after the beginning came in parts.
IN_PARTS_MS = 1000
# Apache's mod_reqtimeout asks for 500 bytes a second by default; a phone at the edge of its network sends more.
SLOW_BYTES_PER_S = 500
# Forms are a few kilobytes; what is larger is a file that is handed in.
LARGE_BYTES = 65_536
ANSWER_S = 0.5

_SOCK_DIAG, _BY_FAMILY, _DONE, _ERROR = 4, 20, 3, 2
_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_ESTABLISHED, _LISTEN, _INFO = 1, 10, 2
_STATES = 1 << _ESTABLISHED | 1 << _LISTEN
_HEADER, _MESSAGE, _ATTRIBUTE = 16, 72, 4
_LEAST_INFO = 136


@dataclass(frozen=True, slots=True)
class Held:
    """One socket at a port: `began_ms` ago (or since anything was sent to it), last heard `heard_ms` ago."""

    state: int
    port: int
    queued: int
    inode: int = 0
    began_ms: int = 0
    heard_ms: int = 0
    sent: int = 0
    received: int = 0
    unsent: int = 0

    @property
    def is_unanswered(self) -> bool:
        """It asked for something long ago, and not a byte has come back."""
        return self.sent <= 1 and self.received > 0 and self.began_ms >= LONG_MS

    @property
    def is_unfinished(self) -> bool:
        """What it asks still comes in, in drops."""
        in_parts = self.began_ms - self.heard_ms >= IN_PARTS_MS
        return self.is_unanswered and in_parts and self.received < SLOW_BYTES_PER_S * self.began_ms / 1000

    @property
    def is_incoming(self) -> bool:
        """Something large comes in, steadily and for a while already."""
        lasts_ms = self.began_ms - self.heard_ms
        return self.received >= LARGE_BYTES and self.heard_ms < IN_PARTS_MS and lasts_ms >= IN_PARTS_MS

    @property
    def is_outgoing(self) -> bool:
        """Something large has gone out, and more of it waits to be taken."""
        return self.sent >= LARGE_BYTES and self.unsent >= LARGE_BYTES / 4


def examine_held(examinee: Examinee) -> HeldExamined | NotExamined:
    """Every connection at the port where the process listens itself."""
    pid = pid_of(examinee)
    if pid is None:
        because = "no process of ours is known"
        return NotExamined(Examination.HELD, examinee.component, because, applies=False)
    try:
        found = tuple(sockets())
    except (OSError, AttributeError) as error:  # only Linux has netlink
        because = f"the kernel does not tell ({type(error).__name__})"
        return NotExamined(Examination.HELD, examinee.component, because, applies=False)
    port = _port(pid, found)
    if port is None:
        because = "where it listens is not told"
        return NotExamined(Examination.HELD, examinee.component, because, applies=False)
    held = [one for one in found if one.port == port and one.state == _ESTABLISHED]
    return HeldExamined(
        component=examinee.component,
        port=port,
        connections=len(held),
        unanswered=sum(one.is_unanswered for one in held),
        unfinished=sum(one.is_unfinished for one in held),
        incoming=sum(one.is_incoming for one in held),
        outgoing=sum(one.is_outgoing for one in held),
        queued=sum(one.queued for one in found if one.port == port and one.state == _LISTEN),
    )


def _port(pid: int, found: tuple[Held, ...]) -> int | None:
    """The lowest port at which the process or one of its workers listens, None if none is told."""
    listening = {f"socket:[{one.inode}]": one.port for one in found if one.state == _LISTEN}
    with suppress(psutil.Error):
        head = psutil.Process(pid)
        for member in (head, *head.children()):
            if ports := [listening[name] for name in _open(member.pid) if name in listening]:
                return min(ports)
    return None


def _open(pid: int) -> Iterator[str]:
    """What its descriptors are, such as `socket:[4711]`."""
    with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as descriptors:
        for descriptor in descriptors:
            with suppress(OSError):
                yield os.readlink(descriptor.path)


def sockets() -> Iterator[Held]:
    """Every TCP socket of this host that listens or is connected. Raises OSError."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
            kernel.settimeout(ANSWER_S)
            asked = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 1 << (_INFO - 1), 0, _STATES) + bytes(48)
            kernel.send(struct.pack("=IHHII", _HEADER + len(asked), _BY_FAMILY, _DUMP, 1, 0) + asked)
            yield from _answers(kernel)


def _answers(kernel: socket.socket) -> Iterator[Held]:
    while data := kernel.recv(1 << 17):
        while len(data) >= _HEADER:
            length, kind = struct.unpack_from("=IH", data)
            if kind == _ERROR:
                raise OSError(-struct.unpack_from("=i", data, _HEADER)[0], "sock_diag refused")
            if kind == _DONE:
                return
            yield _socket(data[_HEADER:length])
            data = data[(length + 3) & ~3 :]


def _socket(message: bytes) -> Held:
    state, (port,) = message[1], struct.unpack_from("!H", message, 4)
    queued, unsent, _, inode = struct.unpack_from("=IIII", message, 56)
    at = _MESSAGE
    while at + _ATTRIBUTE <= len(message):
        length, kind = struct.unpack_from("=HH", message, at)
        info = message[at + _ATTRIBUTE : at + length]
        if kind == _INFO and len(info) >= _LEAST_INFO:
            (began_ms,), (heard_ms,) = struct.unpack_from("=I", info, 44), struct.unpack_from("=I", info, 52)
            sent, received = struct.unpack_from("=QQ", info, 120)
            return Held(state, port, queued, inode, began_ms, heard_ms, sent, received, unsent)
        at += max((length + 3) & ~3, _ATTRIBUTE)
    return Held(state, port, queued, inode)
