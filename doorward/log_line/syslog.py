"""A syslog line in any of its dresses: BSD, ISO times, RFC 5424, and journald's JSON.

Source: RFC 3164 §4, RFC 5424 §6, systemd's journal export fields (`journalctl -o json`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from doorward.log_line.fields import dig, json_object, text
from doorward.log_line.times import Times

_HEAD = re.compile(
    r"(?:<\d{1,3}>)?(?:(?P<bsd>[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d)|(?P<iso>\d{4}-\d\d-\d\d[T ]\S+)) \S+ "
    r"(?:(?P<program>[\w./-]+)(?:\((?P<module>\w+)\))?(?:\[\d+\])?: ?)?(?P<message>.*)",
    re.DOTALL,
)
_RFC5424 = re.compile(
    r"<\d{1,3}>1 (?P<iso>\S+) \S+ (?P<program>\S+) \S+ \S+ "
    r'(?:-|(?:\[(?:[^\]"\\]|"(?:[^"\\]|\\.)*"|\\.)*\])+)(?: \ufeff?(?P<message>.*))?',
    re.DOTALL,
)
_REPEATED = re.compile(r"message repeated \d+ times: \[ ?(.*)\]")
_MICROSECONDS = 1e6


@dataclass(slots=True)
class Entry:
    """`program` without process id (`sshd`), `module` as old PAM wrote it (`sshd(pam_unix)`), and the message."""

    at: datetime
    program: str
    message: str
    module: str = ""


def entry(line: bytes, times: Times) -> Entry:
    """The entry of a line. Raises ValueError for a line that is none."""
    if line.startswith(b"{"):
        return _journal(line, times)
    shown = line.decode("utf-8", "replace").strip()
    modern = _RFC5424.fullmatch(shown)
    if modern is not None:
        return Entry(times.iso(modern["iso"]), modern["program"], _once(modern["message"] or ""))
    found = _HEAD.fullmatch(shown)
    if found is None:
        raise ValueError("not a syslog line")
    at = times.bsd(found["bsd"]) if found["bsd"] else times.iso(found["iso"])
    return Entry(at, found["program"] or "", _once(found["message"]), found["module"] or "")


def _journal(line: bytes, times: Times) -> Entry:
    """One object of `journalctl -o json`; a message that is not text is a list of its bytes."""
    fields = json_object(line)
    stamp = text(fields, "_SOURCE_REALTIME_TIMESTAMP") or text(fields, "__REALTIME_TIMESTAMP")
    if stamp is None or not stamp.isdigit():
        raise ValueError("no journal entry")
    message = dig(fields, "MESSAGE")
    if isinstance(message, list):
        message = bytes(item for item in message if isinstance(item, int) and 0 <= item < 256).decode(
            "utf-8", "replace"
        )
    program = text(fields, "SYSLOG_IDENTIFIER") or text(fields, "_COMM") or ""
    return Entry(times.epoch(int(stamp) / _MICROSECONDS), program, message if isinstance(message, str) else "")


def _once(message: str) -> str:
    """What was repeated, once: how often it was is not counted."""
    found = _REPEATED.fullmatch(message)
    return message if found is None else found[1]
