"""The few bytes of BER that LDAP needs: elements in, bytes out, and back; definite lengths only, bounded.

Source: X.690 section 8.1 (identifier and length octets), RFC 4511 section 5.1 (which of them LDAP uses).
"""

from __future__ import annotations

from dataclasses import dataclass

BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE = 0x01, 0x02, 0x04, 0x0A, 0x30
# A length that does not fit four bytes is none of a sign-in.
_MOST_LENGTH_BYTES = 4


class Malformed(ValueError):
    """The bytes are not BER as LDAP uses it."""


@dataclass(frozen=True, slots=True)
class Element:
    """A tag and its content."""

    tag: int
    content: bytes

    @property
    def parts(self) -> tuple[Element, ...]:
        """What a constructed element holds. Raises Malformed."""
        return elements(self.content)

    @property
    def number(self) -> int:
        """An INTEGER's or ENUMERATED's value (two's complement)."""
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def text(self) -> str:
        """An OCTET STRING's value as text."""
        return self.content.decode("utf-8", "replace")


def encoded(tag: int, *parts: bytes) -> bytes:
    """The element of that tag around the parts."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A number that is not negative."""
    return encoded(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: str | bytes, tag: int = OCTETS) -> bytes:
    """A string."""
    return encoded(tag, value.encode() if isinstance(value, str) else value)


def whole_length(data: bytes) -> int | None:
    """How many bytes the first element takes, None while too few came to tell. Raises Malformed."""
    if len(data) < 2:
        return None
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= _MOST_LENGTH_BYTES:
            raise Malformed
        if len(data) < 2 + count:
            return None
        length, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    return start + length


def element(data: bytes) -> Element:
    """The first element. Raises Malformed where it is cut off."""
    end = whole_length(data)
    if end is None or end > len(data):
        raise Malformed
    start = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    return Element(data[0], data[start:end])


def elements(data: bytes) -> tuple[Element, ...]:
    """One element after another until the end. Raises Malformed."""
    found = []
    while data:
        found.append(element(data))
        data = data[whole_length(data) :]
    return tuple(found)
