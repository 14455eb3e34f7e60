"""What an OpenID issuer publishes of itself: its document and its key set in, problems and notes out. Pure.

Source: OpenID Connect Discovery 1.0 §3 and §4.3 (the issuer must be equal to the one asked), RFC 8414 §2, RFC 7517 §4
(key sets), RFC 8725 §3.5 (weak keys), RFC 9111 §5.2 (how long others keep what they fetched).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections import Counter
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from doorward.certificate import not_after
from doorward.errors import Problem
from doorward.probe.ends import soon

WELL_KNOWN = "/.well-known/openid-configuration"
# RFC 7517 §4: members of a private key; `k` is a shared secret.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
_LEAST_RSA_BITS = 2048
# A key set that others keep for longer than this hides a rotation from them.
_LONG_KEPT_S = 86_400
_MAX_AGE = re.compile(r"\bmax-age=(\d{1,10})\b", re.IGNORECASE)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL = ("userinfo_endpoint", "end_session_endpoint", "introspection_endpoint")


class Metadata(msgspec.Struct, frozen=True):
    """What is read of a discovery document."""

    issuer: str = ""
    jwks_uri: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    introspection_endpoint: str = ""
    id_token_signing_alg_values_supported: tuple[str, ...] = ()


class KeySet(msgspec.Struct, frozen=True):
    """What is read of a key set: its keys."""

    keys: tuple[dict[str, object], ...] = ()


def document(text: str) -> Metadata | None:
    """The discovery document, None for what is none."""
    try:
        return msgspec.json.decode(text, type=Metadata)
    except msgspec.DecodeError:
        return None


def document_problems(metadata: Metadata, issuer_url: str, where: str) -> tuple[Problem, ...]:
    """What keeps clients from using the document."""
    found = []
    if metadata.issuer != issuer_url:
        what = "the discovery document names another issuer than the address it was asked at"
        found.append(_problem("discovery.issuer", what, where, "clients compare the two character by character"))
    found += [
        _problem("discovery.missing", f"the discovery document lacks {name}", where)
        for name in _ENDPOINTS
        if not getattr(metadata, name)
    ]
    for name in (*_ENDPOINTS, *_OPTIONAL) if issuer_url.startswith("https:") else ():
        if getattr(metadata, name).startswith("http:"):
            fix = "the provider does not know that people reach it by https: see what the proxy tells it"
            found.append(_problem("discovery.plain", f"{name} is an http:// address", where, fix))
    return tuple(found)


def document_notes(metadata: Metadata, issuer_url: str) -> tuple[str, ...]:
    """What is worth to know and keeps nobody out."""
    host = urlsplit(issuer_url).hostname
    named = {name: getattr(metadata, name) for name in (*_ENDPOINTS, *_OPTIONAL)}
    elsewhere = [name for name, url in named.items() if "//" in url and urlsplit(url).hostname != host]
    notes = [f"{name} is at another host than the issuer" for name in elsewhere]
    if "none" in metadata.id_token_signing_alg_values_supported:
        notes.append("ID tokens may be unsigned (alg none)")
    return tuple(notes)


def key_problems(text: str, where: str) -> tuple[Problem, ...]:
    """What keeps clients from checking a token by the key set."""
    keys = _keys(text)
    if keys is None:
        return (_problem("discovery.keys", "the key set is not JSON", where),)
    if not keys:
        return (_problem("discovery.keys", "the key set holds no key", where),)
    found = []
    if any(_PRIVATE & key.keys() for key in keys):
        fix = "replace the key at once: whoever fetched it can sign people in"
        found.append(_problem("discovery.private-key", "the key set shows a private key", where, fix))
    if all(key.get("use", "sig") != "sig" for key in keys):
        found.append(_problem("discovery.keys", "no key of the key set is for signatures", where))
    twice = [name for name, count in Counter(map(_name, keys)).items() if name and count > 1]
    if twice:
        found.append(_problem("discovery.key-id", "two keys of the key set have the same kid", where))
    return tuple(found)


def key_notes(text: str, cache_control: str, now: datetime) -> tuple[str, ...]:
    """Which keys are served, and what of them will not last."""
    keys = _keys(text) or ()
    names = sorted(_name(key)[:40] or "without a kid" for key in keys)
    notes = [f"keys served: {', '.join(names)}"]
    notes += [
        f"key {_name(key)[:40]} has {bits} bits" for key in keys if 0 < (bits := _rsa_bits(key)) < _LEAST_RSA_BITS
    ]
    for key in keys:
        notes += soon(f"the certificate of key {_name(key)[:40]}", _certificate_end(key), now)
    kept = _MAX_AGE.search(cache_control)
    if kept and int(kept[1]) > _LONG_KEPT_S:
        notes.append(f"others keep the key set for {int(kept[1]) // 3600} hours: a rotation needs so much overlap")
    return tuple(notes)


def _keys(text: str) -> tuple[dict[str, object], ...] | None:
    try:
        return msgspec.json.decode(text, type=KeySet).keys
    except msgspec.DecodeError:
        return None


def _name(key: dict[str, object]) -> str:
    return str(key.get("kid", ""))


def _rsa_bits(key: dict[str, object]) -> int:
    modulus = key.get("n") if key.get("kty") == "RSA" else None
    return len(_decoded(modulus).lstrip(b"\0")) * 8 if isinstance(modulus, str) else 0


def _certificate_end(key: dict[str, object]) -> datetime | None:
    chain = key.get("x5c")
    if isinstance(chain, list) and chain and isinstance(chain[0], str):
        with contextlib.suppress(ValueError):
            return not_after(_decoded(chain[0]))
    return None


def _decoded(text: str) -> bytes:
    """Base64 of either alphabet, padded or not."""
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _problem(code: str, what: str, where: str, fix: str = "") -> Problem:
    return Problem(code, what, where, fix)
