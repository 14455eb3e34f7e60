"""LDAP messages: what a bind needs to say in, bytes out; a server's bytes in, a Response out. Pure.

Source: RFC 4511 section 4 (the messages), RFC 4532 (Who am I?), RFC 4513 section 3 (StartTLS), draft-behera-ldap-
password-policy-11 section 6 (the control that tells a locked account from a wrong password).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from doorward.probe.ber import (
    BOOLEAN,
    ENUMERATED,
    INTEGER,
    OCTETS,
    SEQUENCE,
    Element,
    Malformed,
    element,
    encoded,
    integer,
    octets,
    whole_length,
)

START_TLS = "1.3.6.1.4.1.1466.20037"
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"
# [APPLICATION n] of RFC 4511: requests and their answers.
_BIND, _UNBIND, _SEARCH, _EXTENDED = 0x60, 0x42, 0x63, 0x77
ANSWERED_BIND, ENTRY, ANSWERED_SEARCH, ANSWERED_EXTENDED, REFERENCE = 0x61, 0x64, 0x65, 0x78, 0x73
_CONTROLS, _SIMPLE, _REQUEST_NAME, _PRESENT = 0xA0, 0x80, 0x80, 0x87
_EXTENDED_VALUE, _POLICY_ERROR = 0x8B, 0x81


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: `kind` is its tag. `code` is the resultCode, None for an entry; `said` the server's words, which may
    name the person; `value` what an extended answer carries; `policy_error` of the password policy, None without."""

    kind: int
    code: int | None = None
    said: str = field(default="", repr=False)
    value: str = field(default="", repr=False)
    policy_error: int | None = None


def bind_request(number: int, name: str, password: str) -> bytes:
    """A simple bind that also asks what the password policy says."""
    operation = encoded(_BIND, integer(3), octets(name), octets(password, _SIMPLE))
    control = encoded(SEQUENCE, octets(PASSWORD_POLICY))
    return encoded(SEQUENCE, integer(number), operation, encoded(_CONTROLS, control))


def unbind_request(number: int) -> bytes:
    """The end; nothing answers it."""
    return encoded(SEQUENCE, integer(number), encoded(_UNBIND))


def extended_request(number: int, name: str) -> bytes:
    """An extended operation without a value, such as StartTLS."""
    return encoded(SEQUENCE, integer(number), encoded(_EXTENDED, octets(name, _REQUEST_NAME)))


def root_request(number: int) -> bytes:
    """A search for what the server says of itself (RFC 4512 section 5.1), one attribute is enough."""
    whole = (octets(""), integer(0, ENUMERATED), integer(0, ENUMERATED), integer(1), integer(5))
    types_only = encoded(BOOLEAN, b"\xff")
    attributes = encoded(SEQUENCE, octets("supportedLDAPVersion"))
    search = encoded(_SEARCH, *whole, types_only, octets("objectClass", _PRESENT), attributes)
    return encoded(SEQUENCE, integer(number), search)


def is_answered(data: bytes) -> bool:
    """Whether the answer is whole: for a search, its last message came. Bytes that are no LDAP are whole at once."""
    try:
        kinds = [_kind(message) for message in _messages(data)]
    except Malformed:
        return True
    return bool(kinds) and kinds[-1] not in (ENTRY, REFERENCE)


def responses(data: bytes) -> tuple[Response, ...]:
    """Every whole message. Raises Malformed for what is no LDAP."""
    return tuple(_response(message) for message in _messages(data))


def _messages(data: bytes) -> list[Element]:
    found = []
    while data:
        end = whole_length(data)
        if data[0] != SEQUENCE:
            raise Malformed
        if end is None or end > len(data):
            break
        found.append(element(data[:end]))
        data = data[end:]
    return found


def _kind(message: Element) -> int:
    parts = message.parts
    if len(parts) < 2 or parts[0].tag != INTEGER:
        raise Malformed
    return parts[1].tag


def _response(message: Element) -> Response:
    kind, operation = _kind(message), message.parts[1]
    if kind in (ENTRY, REFERENCE):
        return Response(kind)
    result = operation.parts
    if len(result) < 3 or result[0].tag != ENUMERATED or result[2].tag != OCTETS:
        raise Malformed
    value = next((part.text for part in result[3:] if part.tag == _EXTENDED_VALUE), "")
    controls = message.parts[2].parts if len(message.parts) > 2 else ()
    return Response(kind, result[0].number, result[2].text, value, _policy_error(controls))


def _policy_error(controls: tuple[Element, ...]) -> int | None:
    for control in controls:
        parts = control.parts
        if parts and parts[0].text == PASSWORD_POLICY and parts[-1].tag == OCTETS and len(parts) > 1:
            inside = element(parts[-1].content).parts
            return next((part.number for part in inside if part.tag == _POLICY_ERROR), None)
    return None
