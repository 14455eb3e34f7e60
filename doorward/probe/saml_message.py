"""SAML messages: what a browser carries between the two sides in; what a probe may know of it out. Pure, bounded.

Nothing here vouches for anything: signatures are the service provider's to check. A probe reads, so that it can say why
the provider refused what it was given. Source: SAML 2.0 core sections 2.5, 3.2 and 3.4, bindings sections 3.4 and 3.5.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.parsers import expat

from doorward.certificate import not_after

# Responses with large attribute statements are some tens of kilobytes.
MOST_BYTES = 512 * 1024
_SUCCESS = "Success"
# Core section 3.2.2.2: the only words of a status that are repeated.
KNOWN_STATUS = frozenset(
    [
        "Success",
        "Requester",
        "Responder",
        "VersionMismatch",
        "AuthnFailed",
        "InvalidAttrNameOrValue",
        "InvalidNameIDPolicy",
        "NoAuthnContext",
        "NoAvailableIDP",
        "NoPassive",
        "NoSupportedIDP",
        "PartialLogout",
        "ProxyCountExceeded",
        "RequestDenied",
        "RequestUnsupported",
        "RequestVersionDeprecated",
        "RequestVersionTooHigh",
        "RequestVersionTooLow",
        "ResourceNotRecognized",
        "TooManyResponses",
        "UnknownAttrProfile",
        "UnknownPrincipal",
        "UnsupportedBinding",
    ]
)


class Unreadable(ValueError):
    """The message is not SAML, or would take too much to read."""


@dataclass(slots=True)
class Message:
    """What is read of a request or a response. Names and assertions of people are not."""

    kind: str = ""
    id: str = field(default="", repr=False)
    issuer: str = ""
    destination: str = ""
    in_response_to: str = field(default="", repr=False)
    status: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    certificate_ends: datetime | None = None
    is_encrypted: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the identity provider says that the person signed in."""
        return self.status[:1] == (_SUCCESS,)

    @property
    def said(self) -> str:
        """The status in words of the standard."""
        return "/".join(word if word in KNOWN_STATUS else "a word of its own" for word in self.status) or "no status"


def posted(value: str) -> Message:
    """A message of the POST binding. Raises Unreadable."""
    return _read(_decoded(value))


def redirected(value: str) -> Message:
    """A message of the redirect binding, which is deflated. Raises Unreadable."""
    try:
        return _read(zlib.decompressobj(-zlib.MAX_WBITS).decompress(_decoded(value), MOST_BYTES))
    except zlib.error as error:
        raise Unreadable from error


def _decoded(value: str) -> bytes:
    if len(value) > 2 * MOST_BYTES:
        raise Unreadable
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError) as error:
        raise Unreadable from error


def _read(xml: bytes) -> Message:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Unreadable from error
    if reader.message.kind not in ("AuthnRequest", "Response"):
        raise Unreadable
    return reader.message


def refuse_document_type(name: str, system_id: str | None, public_id: str | None, has_internal_subset: bool) -> None:
    """SAML core section 1.1 has no document type; entities are how a small message becomes a large one."""
    raise Unreadable


class _Reader:
    def __init__(self) -> None:
        self.message = Message()
        self._path: list[str] = []
        self._text = ""

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        self._path.append(name)
        self._text = ""
        message = self.message
        if len(self._path) == 1:
            message.kind, message.id = name, given.get("ID", "")
            message.destination = given.get("Destination", "")
            message.in_response_to = given.get("InResponseTo", "")
        elif name == "StatusCode":
            message.status = (*message.status, given.get("Value", "").rpartition(":")[2])
        elif name in ("Conditions", "SubjectConfirmationData"):
            message.begins = later(message.begins, time_of(given.get("NotBefore", "")))
            message.ends = earlier(message.ends, time_of(given.get("NotOnOrAfter", "")))
        elif name == "EncryptedAssertion":
            message.is_encrypted = True

    def text(self, said: str) -> None:
        self._text += said

    def end(self, tag: str) -> None:
        name, said = self._path.pop(), self._text.strip()
        self._text = ""
        if name == "Issuer" and len(self._path) == 1:
            self.message.issuer = said
        elif name == "Audience":
            self.message.audiences = (*self.message.audiences, said)
        elif name == "X509Certificate":
            with contextlib.suppress(ValueError):
                found = not_after(base64.b64decode(said))
                self.message.certificate_ends = earlier(self.message.certificate_ends, found)


def time_of(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)
