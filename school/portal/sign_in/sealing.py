"""Tokens of the provider in, sealed text for the session out, so that the database never holds a usable token. Pure."""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealBroken(Exception):
    """A sealed text was made under a key that is no longer known, or was changed."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider issued for one session. `refresh` is empty when it issued none."""

    access: str
    refresh: str
    identity: str


class Sealer:
    """Seals under the first secret; opens what any of them sealed."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._fernet = MultiFernet([Fernet(_key(secret)) for secret in secrets])

    def seal(self, tokens: Tokens) -> str:
        return self._fernet.encrypt(json.dumps(asdict(tokens)).encode()).decode()

    def open(self, sealed: str) -> Tokens:
        """Raises SealBroken."""
        try:
            return Tokens(**json.loads(self._fernet.decrypt(sealed.encode())))
        except InvalidToken as error:
            raise SealBroken("the tokens of this session were sealed under another key") from error


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"portal tokens:" + secret.encode()).digest())
