"""What of an address people may see: host, path and parameters' names; never a value, a password, a long token."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus, urlsplit

_HIDDEN = "…"
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-\[\]]{0,39}")
# A path segment of 24 and more characters with a digit is a token or an id, hardly a word.
_TOKEN = re.compile(r"(?=.*\d)[A-Za-z0-9_\-.~=%]{24,}")
# Shorter values stand in addresses by chance; they are hidden as whole path segments only.
_SHORTEST_SCRUBBED = 6
# A value of another parameter is taken for a secret from this length on: shorter ones are words such as a client's id.
_LONG = 16
_SECRET_PARAMETERS = frozenset(
    [
        "code",
        "state",
        "nonce",
        "token",
        "code_challenge",
        "session_state",
        "id_token",
        "access_token",
        "id_token_hint",
        "login_hint",
        "ticket",
        "samlrequest",
        "samlresponse",
        "relaystate",
    ]
)


class Redactor:
    """Hides what it was told is secret, wherever it occurs, and everything in an address that may be secret."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._names: set[str] = set()

    def learn(self, values: Iterable[str]) -> None:
        """Take these values for secrets from now on."""
        for value in values:
            if value:
                self._secrets.update((value, quote(value, safe=""), quote(value), quote_plus(value)))

    def learn_name(self, name: str) -> None:
        """Take this user name for something to hide where it stands as a whole path segment (`/users/NAME/`, `/~NAME`)
        or as the name of a parameter."""
        self._names.update((name, quote(name, safe="")))

    def learn_pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Take the values of these parameters for secrets that are so by name or by length; addresses are none."""
        for name, value in pairs:
            is_address = value.startswith(("/", "http:", "https:"))
            if name.lower() in _SECRET_PARAMETERS or (len(value) >= _LONG and not is_address):
                self.learn((value,))

    def learn_address(self, url: str) -> None:
        """Take what is secret among the parameters of that address."""
        self.learn_pairs(parse_qsl(_split(url)[2], max_num_fields=None))

    def address(self, url: str) -> str:
        """The address as people may see it."""
        origin, path, query = _split(url)
        segments = "/".join(self._segment(segment) for segment in path.split("/"))
        names = "&".join(self._parameter(pair) for pair in query.split("&")) if query else ""
        return self.text(f"{origin}{segments}?{names}" if names else f"{origin}{segments}")

    def text(self, text: str) -> str:
        """The text without the secrets that were learned."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            if len(secret) >= _SHORTEST_SCRUBBED:
                text = text.replace(secret, _HIDDEN)
        return text

    def _segment(self, segment: str) -> str:
        name, mark, _ = segment.partition(";")
        plain = unquote_plus(name)
        hidden = _TOKEN.fullmatch(name) is not None or not self._names.isdisjoint((name, plain, plain.lstrip("~@")))
        hidden = hidden or not self._secrets.isdisjoint((name, plain)) or self.text(plain) != plain
        return (_HIDDEN if hidden else name) + (f";{_HIDDEN}" if mark else "")

    def _parameter(self, pair: str) -> str:
        name, mark, _ = pair.partition("=")
        is_known = name in self._secrets or name in self._names
        return name if mark and _PARAMETER.fullmatch(name) and not is_known else _HIDDEN


def _split(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return _HIDDEN, "", ""
    origin = f"{parts.scheme}://{parts.hostname}{port}" if parts.scheme and parts.hostname else ""
    return origin, parts.path, parts.query
