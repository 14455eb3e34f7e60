"""A throw-away key that signs tokens, by the program `openssl`; and tokens signed with it or with a shared secret.

Source: RFC 7515 (JWS compact form), RFC 7517 (JWK), RFC 7518 sections 3.2, 3.3 and 6.3.1 (HS, RS, the key's numbers).
"""

from __future__ import annotations

import base64
import hmac
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from doorward.errors import CapabilityMissing

_LIMIT_S = 30.0
_HASHES = {"256": "sha256", "384": "sha384", "512": "sha512"}
KEY_ID = "rehearsal"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA key of 2048 bits in a PEM file."""

    path: Path

    def jwk(self) -> dict[str, str]:
        """The public half. Raises CapabilityMissing."""
        said = _openssl("rsa", "-in", str(self.path), "-noout", "-modulus").decode().strip().partition("=")[2]
        # `openssl genpkey` takes 65537 as the exponent.
        return {"kty": "RSA", "use": "sig", "kid": KEY_ID, "n": encoded(bytes.fromhex(said)), "e": "AQAB"}

    def signed(self, text: bytes, digest: str) -> bytes:
        """The signature. Raises CapabilityMissing."""
        return _openssl("dgst", f"-{digest}", "-sign", str(self.path), stdin=text)


def make(path: Path) -> SigningKey:
    """A new key at that place. Raises CapabilityMissing where there is no `openssl`."""
    _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(path))
    return SigningKey(path)


def token(claims: Mapping[str, object], algorithm: str, key: SigningKey | None, secret: str) -> str:
    """The claims as a signed token: HS with the secret, RS with the key. Raises CapabilityMissing for any other."""
    digest = _HASHES.get(algorithm[2:], "")
    head = {"alg": algorithm, "typ": "JWT", "kid": KEY_ID}
    text = ".".join(encoded(json.dumps(part).encode()) for part in (head, claims))
    if digest and algorithm.startswith("HS"):
        return f"{text}.{encoded(hmac.digest(secret.encode(), text.encode(), digest))}"
    if digest and algorithm.startswith("RS") and key is not None:
        return f"{text}.{encoded(key.signed(text.encode(), digest))}"
    raise CapabilityMissing(f"the rehearsal's provider cannot sign with {algorithm}", fix="HS256 and RS256 can be had")


def encoded(content: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    try:
        done = subprocess.run(["openssl", *arguments], input=stdin, check=True, capture_output=True, timeout=_LIMIT_S)
    except (OSError, subprocess.SubprocessError) as error:
        fix = "install openssl"
        raise CapabilityMissing("a key that signs tokens needs the program openssl", fix=fix) from error
    return done.stdout
