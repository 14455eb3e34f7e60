"""kc.conf, or a file of KC_* environment variables, in; a Document out, its keys as kc.conf writes them (`db-url`)."""

from __future__ import annotations

import re

from doorward.systems.keycloak.document import Document
from doorward.systems.keycloak.redaction import is_unknown, server_shown

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z][A-Za-z0-9_.-]*)\s*[=:]\s*(.*?)\s*$")
_SIGNS = re.compile(
    r"^\s*(?:(?:export\s+)?KC_[A-Z][A-Z_0-9]+\s*=|(?:hostname|hostname-[a-z-]+|proxy-headers|http-relative-path"
    r"|https-certificate-file|https-certificate-key-file|db-url[a-z-]*|cache-stack|features-disabled)\s*=)",
    re.MULTILINE,
)


def is_server_file(text: str) -> bool:
    """Whether the text is kc.conf or an environment of Keycloak."""
    return bool(_SIGNS.search(text)) and not text.lstrip().startswith(("{", "["))


def document_of(name: str, text: str) -> Document:
    """Every key with its line; a key that stands twice has its last value. Other programs' variables are left out."""
    found = Document(name, is_server=True)
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.match(line)
        key = _key(match[1]) if match else None
        if match and key:
            value = _unquoted(match[2])
            found.places[key] = number
            found.values[key] = server_shown(key, value)
            if is_unknown(value):
                found.places[f"?{key}"] = number
    return found


def _key(written: str) -> str | None:
    if written.startswith("KC_"):
        return written[3:].lower().replace("_", "-")
    return written if written.islower() else None


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value.partition(" #")[0].rstrip()
