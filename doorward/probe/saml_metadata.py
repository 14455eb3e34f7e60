"""SAML metadata in; until when it holds, when its certificates end and where people sign in out. Pure, bounded.

Source: SAML 2.0 metadata sections 2.3 and 2.4 (EntityDescriptor, IDPSSODescriptor, SPSSODescriptor).
"""

from __future__ import annotations

import base64
import contextlib
from dataclasses import dataclass
from datetime import datetime
from xml.parsers import expat

from doorward.certificate import not_after
from doorward.probe.saml_message import Unreadable, earlier, refuse_document_type, time_of

_ROOTS = frozenset({"EntityDescriptor", "EntitiesDescriptor"})
_ENDPOINTS = frozenset({"SingleSignOnService", "AssertionConsumerService"})


@dataclass(slots=True)
class SamlMetadata:
    """What is read of it. `ends` = until when it holds, None = it does not say."""

    entities: int = 0
    endpoints: int = 0
    certificates: tuple[datetime, ...] = ()
    ends: datetime | None = None


def read_metadata(text: str) -> SamlMetadata:
    """Raises Unreadable for what is no SAML metadata."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise Unreadable from error
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found = SamlMetadata()
        self._has_root = False
        self._text = ""

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if not self._has_root and name not in _ROOTS:
            raise Unreadable
        self._has_root, self._text = True, ""
        self.found.entities += name == "EntityDescriptor"
        self.found.endpoints += name in _ENDPOINTS
        self.found.ends = earlier(self.found.ends, time_of(given.get("validUntil", "")))

    def text(self, said: str) -> None:
        self._text += said

    def end(self, tag: str) -> None:
        if tag.rpartition(" ")[2] == "X509Certificate":
            with contextlib.suppress(ValueError):
                self.found.certificates = (*self.found.certificates, not_after(base64.b64decode(self._text)))
        self._text = ""
