"""The provider's double: what people are sent away with in, what they are sent back with out; and its back channel.

It is as strict as a provider is: what it learnt under OLD (client, secret, callback) is what it accepts under NEW.
Its endpoints lie at whatever addresses the project's settings name; what is asked, not where, decides the answer.
Source: OpenID Connect Core 1.0 sections 3.1.2 to 3.1.3 and 5.3, RFC 7636 section 4.6 (PKCE).
"""

from __future__ import annotations

import base64
import hashlib
import runpy
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_plus

from doorward.check.rehearsal import signing
from doorward.check.rehearsal.signing import SigningKey
from doorward.errors import InputInvalid, Problem

Fields = Mapping[str, str]
Own = Callable[[dict[str, str]], Fields]
"""A project's own double: the parameters people are sent away with in, those they are sent back with out."""

_TOKEN_LIFE_S = 600


@dataclass(frozen=True, slots=True)
class Reply:
    """What the back channel answers, as JSON."""

    status: int
    content: dict[str, object] = field(repr=False)


@dataclass(slots=True)
class Double:
    """A provider that knows one person. `learns` while OLD is served; `own` takes the place of its front channel."""

    account: str
    folder: Path
    algorithm: str = "RS256"
    own: Own | None = None
    learns: bool = True
    _codes: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    _tokens: set[str] = field(default_factory=set, repr=False)
    _known: dict[str, set[str]] = field(default_factory=dict, repr=False)
    _issuer: str = ""
    _key: SigningKey | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def sent_back(self, address: str, asked: dict[str, str]) -> Fields | None:
        """What the browser brings back from that address, None where no provider answers there, or where it refuses.

        It refuses another client and another callback than before.
        """
        given = {"address": address, "client": asked.get("client_id", ""), "callback": callback(asked)}
        if not all(self._knows(what, value) for what, value in given.items()):
            return None
        if self.own is not None:
            return self.own(dict(asked))
        code = secrets.token_hex(8)
        self._codes[code] = dict(asked)
        return {"code": code, **({"state": asked["state"]} if "state" in asked else {})}

    def reply(self, base: str, form: Fields, authorization: str, path: str) -> Reply:
        """The back channel: `base` is the origin that was asked, `form` what was posted, empty for a GET."""
        if form:
            return self._exchanged(base, form, authorization)
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return Reply(200, self._claims()) if given in self._tokens else Reply(401, {"error": "invalid_token"})
        below, marker, _ = path.partition("/.well-known/openid-configuration")
        if not marker:
            is_known = path.endswith("/jwks") or self._knows("keys", path)
            return Reply(200, {"keys": [self._signing_key().jwk()]}) if is_known else Reply(404, {"error": "not_found"})
        self._issuer = base + below
        return Reply(200, discovery(self._issuer))

    def _exchanged(self, base: str, form: Fields, authorization: str) -> Reply:
        client, secret = _client(form, authorization)
        if not (self._knows("client", client) and self._knows("secret", secret)):
            return Reply(401, {"error": "invalid_client"})
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or not _fits(asked, form, client):
            return Reply(400, {"error": "invalid_grant"})
        access = secrets.token_hex(16)
        self._tokens.add(access)
        now = int(time.time())
        claims = {**self._claims(), "iss": self._issuer or base, "aud": client, "iat": now, "exp": now + _TOKEN_LIFE_S}
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        key = self._signing_key() if self.algorithm.startswith("RS") else None
        identity = signing.token(claims, self.algorithm, key, secret)
        given: dict[str, object] = {"access_token": access, "token_type": "Bearer", "expires_in": _TOKEN_LIFE_S}
        if "openid" in asked.get("scope", "openid").split():
            given["id_token"] = identity
        return Reply(200, given)

    def _claims(self) -> dict[str, object]:
        mail = self.account if "@" in self.account else f"{self.account}@example.com"
        return {
            "sub": self.account,
            "preferred_username": self.account,
            "email": mail,
            "email_verified": True,
            "name": "Rehearsal",
        }

    def _knows(self, what: str, value: str) -> bool:
        """Whether the value is one of those learnt before; under OLD it is learnt."""
        known = self._known.setdefault(what, set())
        if self.learns:
            known.add(value)
        return value in known

    def _signing_key(self) -> SigningKey:
        with self._lock:
            if self._key is None:
                self._key = signing.make(self.folder / "double.pem")
            return self._key


def own(path: Path) -> Own:
    """The function `sent_back` of that file. Raises InputInvalid where there is none."""
    try:
        # Run, not imported: nothing is written beside the file.
        found: Own | None = runpy.run_path(str(path)).get("sent_back")
    except (OSError, SyntaxError, ImportError) as error:
        raise _is_none(path, f"cannot be run: {type(error).__name__}") from error
    if not callable(found):
        raise _is_none(path, "has no function sent_back")
    return found


def _is_none(path: Path, what: str) -> InputInvalid:
    fix = "write a function sent_back(asked) that gives a dictionary of texts"
    return InputInvalid((Problem("sso-double.invalid", what, str(path), fix),))


def callback(asked: Fields) -> str:
    """Where people are sent back to; CAS calls it the service."""
    return asked.get("redirect_uri") or asked.get("service", "")


def discovery(issuer: str) -> dict[str, object]:
    """The discovery document of a provider there (OpenID Connect Discovery 1.0 section 3)."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256", "plain"],
    }


def _client(form: Fields, authorization: str) -> tuple[str, str]:
    """The client and its secret, from the body or from HTTP Basic (RFC 6749 section 2.3.1)."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    name, _, secret = base64.b64decode(given + "==").decode("utf-8", errors="replace").partition(":")
    return unquote_plus(name), unquote_plus(secret)


def _fits(asked: Fields, form: Fields, client: str) -> bool:
    """Whether the code is exchanged by whom and for what it was asked, with the verifier of its challenge."""
    if client != asked.get("client_id", client) or form.get("redirect_uri", "") != asked.get("redirect_uri", ""):
        return False
    challenge = asked.get("code_challenge", "")
    verifier = form.get("code_verifier", "")
    if not challenge or asked.get("code_challenge_method", "plain") == "plain":
        return verifier == challenge or not challenge
    return signing.encoded(hashlib.sha256(verifier.encode()).digest()) == challenge
