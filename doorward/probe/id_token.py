"""An ID token, a key set and the time in; the first thing that is wrong with it out, None if a client may believe it.

Source: OpenID Connect Core 1.0 §3.1.3.7 and §12.2, RFC 7515, RFC 7517 §5 (keys of unknown kinds are passed over), RFC
8725 §3.1 (the algorithm is not left to the token). joserfc does the cryptography; no message of its own is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OctKey, OKPKey, RSAKey
from msgspec import DecodeError, json

from doorward.probe.exchange import Ending

# RFC 7518 §3.1 and RFC 8037, without `none`; the ones with a shared secret only where the client has one.
_BY_KEY = frozenset(
    (*(f"{family}{size}" for family in ("RS", "PS", "ES") for size in (256, 384, 512)), "EdDSA", "Ed25519")
)
_BY_SECRET = frozenset(("HS256", "HS384", "HS512"))
# Clients commonly allow a minute or more between their clock and the provider's.
_LEEWAY_S = 60

Wrong = tuple[Ending, str]
Key = RSAKey | ECKey | OKPKey | OctKey


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say. `nonce` empty and `subject` empty = not compared, as after a refresh."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    nonce: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Claims:
    """What is read of a token whose signature holds."""

    values: Mapping[str, object] = field(repr=False)

    @property
    def subject(self) -> str:
        """Whom the token is about."""
        return str(self.values.get("sub", ""))

    def seconds(self, name: str) -> float | None:
        """A time claim, None if there is none or it is no number."""
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def examine(token: str, keys: tuple[Mapping[str, object], ...], expected: Expected, now: datetime) -> Claims | Wrong:
    """The token's claims, or what is wrong with it."""
    try:
        signed = jws.extract_compact(token.encode())
        header = signed.headers()
        claims = Claims(json.decode(signed.payload, type=dict[str, object]))
    except (JoseError, DecodeError, ValueError):
        return Ending.ID_TOKEN_INVALID, "an ID token that is a signed JSON Web Token"
    wrong = _signature(token, header, keys, expected) or _claims(claims, expected, now.timestamp())
    return wrong or claims


def _signature(
    token: str, header: Mapping[str, object], keys: tuple[Mapping[str, object], ...], expected: Expected
) -> Wrong | None:
    algorithm = str(header.get("alg", ""))
    if algorithm in _BY_SECRET and expected.client_secret:
        shared = _shared(expected.client_secret)
        candidates: list[Key] = [shared] if shared else []
    elif algorithm in _BY_KEY:
        kid = header.get("kid")
        of_kid = tuple(key for key in keys if kid is None or key.get("kid") == kid)
        if not of_kid:
            return Ending.ID_TOKEN_KEY, "the key that signed the ID token is among those that the provider publishes"
        candidates = [key for key in map(_key, of_kid) if key is not None]
    else:
        return Ending.ID_TOKEN_SIGNATURE, "an ID token that is signed by an algorithm of RFC 7518"
    if any(_holds(token, key, algorithm) for key in candidates):
        return None
    return Ending.ID_TOKEN_SIGNATURE, "the ID token's signature holds under the published key"


def _shared(secret: str) -> OctKey | None:
    try:
        return OctKey.import_key(secret)
    except ValueError:
        # joserfc refuses what looks like the public half of a key.
        return None


def _key(described: Mapping[str, object]) -> Key | None:
    if described.get("use", "sig") != "sig":
        return None
    plain = {name: value for name, value in described.items() if isinstance(value, str)}
    try:
        return JWKRegistry.import_key({**plain})
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _holds(token: str, key: Key, algorithm: str) -> bool:
    try:
        jws.deserialize_compact(token.encode(), key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _claims(claims: Claims, expected: Expected, now_s: float) -> Wrong | None:
    said = claims.values
    audience = said.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if said.get("iss") != expected.issuer:
        return Ending.ID_TOKEN_ISSUER, "the ID token names the issuer that was asked, character by character"
    if expected.client_id not in audiences or said.get("azp", expected.client_id) != expected.client_id:
        return Ending.ID_TOKEN_AUDIENCE, "the ID token is for this client (aud, azp)"
    if expected.nonce and said.get("nonce") != expected.nonce:
        return Ending.ID_TOKEN_NONCE, "the ID token repeats the nonce of the authorize request"
    if not claims.subject or (expected.subject and claims.subject != expected.subject):
        return Ending.ID_TOKEN_INVALID, "the ID token is about the person who signed in (sub)"
    return _time(claims, now_s)


def _time(claims: Claims, now_s: float) -> Wrong | None:
    ends, begins = claims.seconds("exp"), claims.seconds("iat")
    if ends is None or begins is None:
        return Ending.ID_TOKEN_INVALID, "the ID token says when it was issued and when it ends (iat, exp)"
    if ends + _LEEWAY_S <= now_s:
        return (
            Ending.ID_TOKEN_TIME,
            f"an ID token that has not ended; by the clock here it ended {now_s - ends:.0f} s ago",
        )
    ahead_s = max(begins, claims.seconds("nbf") or begins) - now_s
    if ahead_s > _LEEWAY_S:
        return Ending.ID_TOKEN_TIME, f"an ID token of now; by the clock here it begins in {ahead_s:.0f} s"
    return None
