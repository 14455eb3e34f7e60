"""What ends, as the files tell: the days of suppressions, and the certificates that a configuration names.

In: configurations, suppressions, and the day. Out: Facts for the rules, and a calendar for people. It reads the
certificate files and nothing else; a file that is no certificate tells nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from doorward.check.formats_sarif import End
from doorward.check.suppressions import Suppression
from doorward.model.configuration import Configuration
from doorward.model.fact import Flow

SOON = timedelta(days=30)
"""Ground: a certificate authority for the public web renews from 30 days before the end on."""
_MOST_BYTES = 262_144
_NAMED = re.compile(r"cert|\.crt$|\.cer$", re.IGNORECASE)
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


def certificates(configuration: Configuration, folders: Iterable[Path], now: datetime) -> tuple[Flow, ...]:
    """A Fact `certificate` of each that the configuration names: file, end, and `ended`, `soon` or `later`."""
    places = tuple(folders)
    told: list[Flow] = []
    for setting in configuration.settings:
        if setting.shown and (_NAMED.search(setting.pointer) or _NAMED.search(setting.shown)):
            ends_at = _ends_at(setting.shown, places)
            if ends_at is not None:
                told.append(Flow(setting.where, "certificate", (setting.shown, _shown(ends_at), _state(ends_at, now))))
    return tuple(told)


def calendar(suppressions: Iterable[Suppression], told: Iterable[Configuration], today: date) -> tuple[End, ...]:
    """Everything that ends from today on, the next first; what has ended is a finding."""
    days = {End(one.until, f"suppression of {one.rule}: {one.reason}", one.where) for one in suppressions}
    for configuration in told:
        for flow in configuration.facts_of(Flow):
            if flow.name == "certificate" and flow.values:
                days.add(End(date.fromisoformat(flow.values[1][:10]), f"certificate {flow.values[0]}", flow.where))
    return tuple(sorted((end for end in days if end.day >= today), key=lambda end: (end.day, str(end.where), end.what)))


def _shown(ends_at: datetime) -> str:
    return ends_at.strftime("%Y-%m-%d %H:%M UTC")


def _state(ends_at: datetime, now: datetime) -> str:
    if ends_at <= now:
        return "ended"
    return "soon" if ends_at - now <= SOON else "later"


def _ends_at(name: str, folders: tuple[Path, ...]) -> datetime | None:
    """The first end among the certificates of the file, None where there is no such file or it holds none."""
    for folder in folders:
        try:
            with (folder / name).open("rb") as stream:
                content = stream.read(_MOST_BYTES)
        except (OSError, ValueError):
            continue
        return min(_ends(content), default=None)
    return None


def _ends(content: bytes) -> Iterator[datetime]:
    """The end of each certificate in a PEM file, or of the one in a DER file."""
    blocks = [match.group(1) for match in _PEM.finditer(content)]
    for block in blocks:
        try:
            yield not_after(base64.b64decode(block))
        except (binascii.Error, ValueError):
            continue
    if not blocks and content[:1] == b"\x30":
        try:
            yield not_after(content)
        except ValueError:
            return


def not_after(der: bytes) -> datetime:
    """The certificate's `notAfter` (RFC 5280 section 4.1). Raises ValueError for anything else."""
    _, inside, _ = _part(_part(der, 0)[1], 0)
    at = 0
    tag, _, after = _part(inside, at)
    if tag == _VERSION:
        at = after
    for _ in range(3):  # serial number, signature, issuer
        _, _, at = _part(inside, at)
    tag, validity, _ = _part(inside, at)
    if tag != _SEQUENCE:
        raise ValueError("no validity")
    _, _, at = _part(validity, 0)
    tag, text, _ = _part(validity, at)
    return _time(tag, text.decode("ascii"))


def _part(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag, content, and where the next one begins (X.690 section 8.1)."""
    if at + 2 > len(data):
        raise ValueError("cut off")
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[start : start + count], "big"), start + count
    if start + length > len(data):
        raise ValueError("cut off")
    return tag, data[start : start + length], start + length


def _time(tag: int, text: str) -> datetime:
    """UTCTime counts years below 50 from 2000 (RFC 5280 section 4.1.2.5.1)."""
    if tag == _UTC_TIME:
        century = "20" if int(text[:2]) < 50 else "19"
        text = century + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
