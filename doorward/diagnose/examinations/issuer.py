"""Issuer: the discovery document and the keys that it serves now.

Source: OpenID Connect Discovery 1.0 section 4 (the document, and that its issuer equals the one asked), RFC 7517
section 5 (the key set). Key ids are told; a key without one is told by the digest of its public part (RFC 7638).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import SplitResult

from doorward.diagnose.examinations.fetch import Fetched, fetch, usable
from doorward.diagnose.examined import Examination, IssuerExamined, NotExamined
from doorward.diagnose.examinee import Examinee

# Two answers after one another, within the bound of a round.
ANSWER_S = 1.2
ENDPOINTS_S = 0.5
# Those that a sign-in, and what is asked about it afterwards, goes by.
ENDPOINTS = (
    *("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "introspection_endpoint"),
    *("pushed_authorization_request_endpoint", "end_session_endpoint", "revocation_endpoint"),
)
# The largest known documents and key sets are a few tens of kilobytes.
MOST_BYTES = 262_144
_WELL_KNOWN = "/.well-known/openid-configuration"


def examine_issuer(examinee: Examinee) -> IssuerExamined | NotExamined:
    """Fetch both. The keys are asked for at the address that the document names."""
    if not examinee.issuer:
        return NotExamined(Examination.ISSUER, examinee.component, "no issuer is configured", applies=False)
    url = usable(examinee.issuer.rstrip("/") + _WELL_KNOWN)
    if url is None:
        return NotExamined(Examination.ISSUER, examinee.component, "the issuer is not a URL")
    answer = fetch(url, ANSWER_S, MOST_BYTES)
    document = _object(answer.body)
    if answer.status != 200 or document is None:
        return _failed(examinee, answer, "the discovery document")
    named, place = str(document.get("issuer", "")), usable(str(document.get("jwks_uri", "")))
    if place is None:
        problem = "the discovery document names no key set"
        return IssuerExamined(examinee.component, examinee.issuer, answer.status, answer.ms, problem, named)
    found = _with_keys(examinee, named, place, answer.ms)
    return found if found.problem else replace(found, endpoints=tuple(_endpoints(document)))


def _endpoints(document: dict[str, object]) -> Iterator[tuple[str, int | None]]:
    """What its addresses answer to OPTIONS (RFC 9110 section 9.3.7): whether they are there, and nothing is asked."""
    until = time.monotonic() + ENDPOINTS_S
    for name in ENDPOINTS:
        url, left_s = usable(str(document.get(name, ""))), until - time.monotonic()
        if url is not None and left_s > 0:
            yield name, fetch(url, left_s, method="OPTIONS").status


def _with_keys(examinee: Examinee, named: str, place: SplitResult, ms: float) -> IssuerExamined:
    answer = fetch(place, ANSWER_S, MOST_BYTES)
    found = _object(answer.body)
    keys = found.get("keys") if found else None
    if answer.status != 200 or not isinstance(keys, list):
        return _failed(examinee, answer, "the key set", named)
    ids = tuple(sorted(_id(key) for key in keys if isinstance(key, dict)))
    problem = "" if ids else "the key set holds no key"
    return IssuerExamined(examinee.component, examinee.issuer, 200, ms + answer.ms, problem, named, ids)


def _failed(examinee: Examinee, answer: Fetched, what: str, named: str = "") -> IssuerExamined:
    said = answer.problem or ("it does not read" if answer.status == 200 else f"HTTP {answer.status}")
    return IssuerExamined(
        examinee.component, examinee.issuer, answer.status, answer.ms, f"{what}: {said}", named
    )  # fmt: skip


def _object(body: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _id(key: dict[str, object]) -> str:
    """The key's id, shortened; without one a digest of its public members."""
    kid = key.get("kid")
    if isinstance(kid, str) and kid:
        return kid[:64]
    members = {name: value for name, value in key.items() if name in ("kty", "n", "e", "crv", "x", "y")}
    return hashlib.sha256(json.dumps(members, sort_keys=True).encode()).hexdigest()[:12]
