"""What a client must refuse of an ID token; whatever stands in its place, an answer comes and nothing of it is told."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from doorward.probe.exchange import Ending
from doorward.probe.id_token import Claims, Expected, examine

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRET = "a secret of thirty-two characters!"
EXPECTED = Expected("https://id.example.com", "probe", SECRET, "n-1")
RSA, EC, OKP = RSAKey.generate_key(2048), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")


def claims(**changes: object) -> dict[str, object]:
    now = int(NOW.timestamp())
    plain = {"iss": EXPECTED.issuer, "sub": "p", "aud": "probe", "iat": now, "exp": now + 60, "nonce": "n-1"}
    return {name: value for name, value in (plain | changes).items() if value is not None}


def reason(token: str, key: RSAKey | ECKey | OKPKey = RSA, at: datetime = NOW) -> str:
    found = examine(token, ({"kty": "future"}, key.as_dict(private=False)), EXPECTED, at)
    return "ok" if isinstance(found, Claims) else found[0]


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSA, "RS256"), (RSA, "PS512"), (EC, "ES256"), (OKP, "EdDSA")],
    ids=["RS256", "PS512", "ES256", "EdDSA"],
)
def test_every_usual_kind_of_signature_is_believed(key: RSAKey | ECKey | OKPKey, algorithm: str) -> None:
    assert reason(jwt.encode({"alg": algorithm}, claims(), key, algorithms=[algorithm]), key) == "ok"


def test_a_shared_secret_signs_where_the_client_has_one() -> None:
    token = jwt.encode({"alg": "HS256"}, claims(), OctKey.import_key(SECRET))
    assert reason(token) == "ok"
    assert reason(jwt.encode({"alg": "HS256"}, claims(), OctKey.import_key("x" * 40))) == Ending.ID_TOKEN_SIGNATURE


def test_a_public_key_is_not_taken_for_a_shared_secret() -> None:
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256"}, claims())]
    text = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = hmac.digest(RSA.as_pem(private=False), text, "sha256")
    assert reason(f"{text.decode()}.{urlsafe_b64encode(signature).decode().rstrip('=')}") == Ending.ID_TOKEN_SIGNATURE


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aud": ["other", "probe"], "azp": "probe"}, "ok"),
        ({"aud": ["other", "probe"], "azp": "other"}, Ending.ID_TOKEN_AUDIENCE),
        ({"aud": None}, Ending.ID_TOKEN_AUDIENCE),
        ({"iss": EXPECTED.issuer + "/"}, Ending.ID_TOKEN_ISSUER),
        ({"nonce": None}, Ending.ID_TOKEN_NONCE),
        ({"sub": ""}, Ending.ID_TOKEN_INVALID),
        ({"exp": None}, Ending.ID_TOKEN_INVALID),
        ({"exp": "soon"}, Ending.ID_TOKEN_INVALID),
        ({"nbf": int(NOW.timestamp()) + 120}, Ending.ID_TOKEN_TIME),
    ],
)
def test_each_claim_is_compared(changes: dict[str, object], expected: str) -> None:
    assert reason(jwt.encode({"alg": "RS256"}, claims(**changes), RSA)) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(119, "ok"), (121, Ending.ID_TOKEN_TIME), (-61, Ending.ID_TOKEN_TIME)]
)
def test_a_minute_between_the_clocks_is_forgiven(seconds: int, expected: str) -> None:
    assert reason(jwt.encode({"alg": "RS256"}, claims(), RSA), at=NOW + timedelta(seconds=seconds)) == expected


GOOD = jwt.encode({"alg": "RS256"}, claims(), RSA)


@given(st.one_of(st.text(max_size=60), st.integers(0, len(GOOD) - 1)), st.text(max_size=3))
def test_whatever_stands_in_place_of_a_token_it_is_refused_by_name(text: str | int, other: str) -> None:
    token = text if isinstance(text, str) else GOOD[:text] + other + GOOD[text + 1 :]
    if token == GOOD or token.strip() == GOOD:
        return
    found = examine(token, (RSA.as_dict(private=False),), EXPECTED, NOW)
    # The last letter of base64 holds bits that count for nothing.
    assert isinstance(found, tuple) or token[:-1] == GOOD[:-1]
    assert "canary" not in json.dumps(found if isinstance(found, tuple) else "")
