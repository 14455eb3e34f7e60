"""The provider's double is as strict as a provider: what it learnt before is what it accepts after."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path

from doorward.check.rehearsal.double import Double
from doorward.check.rehearsal.signing import encoded

ADDRESS = "https://id.example.org/authorize"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
ASKED = {
    "client_id": "portal",
    "redirect_uri": "https://portal.example.com/back/",
    "state": "s",
    "nonce": "n",
    "code_challenge": encoded(hashlib.sha256(VERIFIER.encode()).digest()),
    "code_challenge_method": "S256",
}


def form(code: str, /, **changed: str) -> dict[str, str]:
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": ASKED["redirect_uri"]}
    return {**sent, "client_id": "portal", "client_secret": "secret", "code_verifier": VERIFIER, **changed}


def learnt(tmp_path: Path) -> tuple[Double, str]:
    """A double that has seen one sign-in, and a code it has given since."""
    double = Double("somebody", tmp_path, "HS256")
    first = double.sent_back(ADDRESS, ASKED)
    assert first is not None
    assert double.reply("https://id.example.org", form(first["code"]), "", "/token").status == 200
    double.learns = False
    given = double.sent_back(ADDRESS, ASKED)
    assert given is not None
    assert given["state"] == "s"
    return double, given["code"]


def test_a_code_is_exchanged_once_for_a_token_that_says_who_it_is(tmp_path: Path) -> None:
    double, code = learnt(tmp_path)
    answer = double.reply("https://id.example.org", form(code), "", "/token")
    head, body, signature = str(answer.content["id_token"]).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert (claims["sub"], claims["nonce"], claims["aud"]) == ("somebody", "n", "portal")
    assert signature == encoded(hmac.digest(b"secret", f"{head}.{body}".encode(), "sha256"))
    bearer = f"Bearer {answer.content['access_token']}"
    assert double.reply("https://id.example.org", {}, bearer, "/me").content["sub"] == "somebody"
    assert double.reply("https://id.example.org", form(code), "", "/token").status == 400


def test_another_client_callback_or_address_is_refused(tmp_path: Path) -> None:
    double, _ = learnt(tmp_path)
    assert double.sent_back(ADDRESS, {**ASKED, "client_id": "portl"}) is None
    assert double.sent_back(ADDRESS, {**ASKED, "redirect_uri": "http://portal.example.com/back/"}) is None
    assert double.sent_back("https://id.example.org/authorise", ASKED) is None


def test_a_wrong_secret_verifier_or_callback_gets_no_token(tmp_path: Path) -> None:
    double, code = learnt(tmp_path)
    ask = ("https://id.example.org", form(code, client_secret="mistyped"), "", "/token")
    assert double.reply(*ask).content == {"error": "invalid_client"}
    for wrong in ({"code_verifier": "other"}, {"redirect_uri": "https://portal.example.com/"}, {"code": "none"}):
        given = double.sent_back(ADDRESS, ASKED)
        assert given is not None
        sent = form(given["code"], **wrong)
        assert double.reply("https://id.example.org", sent, "", "/token").content == {"error": "invalid_grant"}
    assert double.reply("https://id.example.org", {}, "Bearer stolen", "/me").status == 401


def test_discovery_and_keys_are_found_wherever_they_are_asked_for(tmp_path: Path) -> None:
    double = Double("somebody", tmp_path)
    found = double.reply("https://id.example.org", {}, "", "/realms/x/.well-known/openid-configuration")
    assert found.content["issuer"] == "https://id.example.org/realms/x"
    keys = double.reply("https://id.example.org", {}, "", "/any/keys").content["keys"]
    assert isinstance(keys, list)
    assert keys[0]["kty"] == "RSA"


def test_a_client_that_asks_for_no_identity_gets_none(tmp_path: Path) -> None:
    double, _ = learnt(tmp_path)
    given = double.sent_back(ADDRESS, {**ASKED, "scope": "email profile"})
    assert given is not None
    answer = double.reply("https://id.example.org", form(given["code"]), "", "/token")
    assert answer.status == 200
    assert "id_token" not in answer.content


def test_keys_are_not_where_nobody_found_them_before(tmp_path: Path) -> None:
    double = Double("somebody", tmp_path, "RS256")
    assert double.reply("https://id.example.org", {}, "", "/keys").status == 200
    double.learns = False
    assert double.reply("https://id.example.org", {}, "", "/keys").status == 200
    assert double.reply("https://id.example.org", {}, "", "/certs").status == 404
    assert double.reply("https://id.example.org", {}, "", "/realms/people/jwks").status == 200
