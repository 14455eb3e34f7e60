"""The provider, asked by a client that speaks OpenID Connect itself: code and PKCE, tokens, userinfo, sign-out."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet


class Client:
    """The portal's client id and secret in other hands."""

    def __init__(self, site: Any, browser: Any) -> None:
        self.site, self.browser = site, browser
        self.metadata = httpx.get(site.auth_url + "/o/.well-known/openid-configuration").json()
        self.callback = site.portal_url + "/sign-in/callback/"
        self.verifier = secrets.token_urlsafe(48)
        self.nonce = secrets.token_urlsafe(12)

    def authorize(self, **changes: str) -> httpx.Response:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": "portal",
            "response_type": "code",
            "scope": "openid profile",
            "redirect_uri": self.callback,
            "state": "s",
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changes
        asked = {name: value for name, value in asked.items() if value}
        return self.browser.get(self.metadata["authorization_endpoint"], params=asked, follow_redirects=False)

    def code(self) -> str:
        return parse_qs(urlsplit(self.authorize().headers["Location"]).query)["code"][0]

    def tokens(self, **changes: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "redirect_uri": self.callback, "code_verifier": self.verifier}
        secret = {"client_id": "portal", "client_secret": self.site.secret("portal-client-secret")}
        return httpx.post(self.metadata["token_endpoint"], data=form | secret | changes)

    def userinfo(self, access_token: str) -> httpx.Response:
        return httpx.get(self.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})

    def identity(self, id_token: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(httpx.get(self.metadata["jwks_uri"]).json())
        return jwt.decode(id_token, keys, algorithms=["RS256"]).claims


def last_token(site: Any) -> tuple[object, ...]:
    event = site.events("auth", "token")[-1]
    return event["outcome"], event["reason"], event["client"], event["grant"]


@pytest.fixture
def client(site: Any, browse: Callable[..., Any]) -> Iterator[Client]:
    browser = browse(site)
    browser.sign_in(site.people("student")[0])
    return Client(site, browser)


def test_discovery_offers_code_with_pkce_and_rs256(client: Client) -> None:
    assert client.metadata["issuer"] == client.site.auth_url + "/o"
    assert client.metadata["response_types_supported"] == ["code"]
    assert client.metadata["code_challenge_methods_supported"] == ["S256"]
    assert "RS256" in client.metadata["id_token_signing_alg_values_supported"]
    assert {"sub", "name", "role", "preferred_username"} <= set(client.metadata["claims_supported"])
    assert client.metadata["end_session_endpoint"] == client.site.auth_url + "/o/logout/"


def test_a_code_becomes_an_id_token_that_says_who_the_person_is(client: Client, site: Any) -> None:
    person = site.people("student")[0]
    answer = client.tokens(code=client.code()).json()
    claims = client.identity(answer["id_token"])
    assert claims["iss"] == site.auth_url + "/o"
    assert (claims["aud"], claims["nonce"], claims["sub"]) == ("portal", client.nonce, person.sub)
    said = {"name": person.name, "role": "student", "preferred_username": person.username}
    assert said.items() <= claims.items()
    assert said.items() <= client.userinfo(answer["access_token"]).json().items()
    assert last_token(site) == ("issued", "ok", "portal", "authorization_code")


def test_tokens_are_kept_as_hashes_only(client: Client, site: Any) -> None:
    answer = client.tokens(code=client.code()).json()
    stored = b"".join(path.read_bytes() for path in site.path.glob("auth.sqlite3*"))
    assert answer["access_token"].encode() not in stored
    assert answer["refresh_token"].encode() not in stored


def test_a_refresh_token_serves_two_tabs_at_once(client: Client, site: Any) -> None:
    refresh = client.tokens(code=client.code()).json()["refresh_token"]
    for _ in range(2):
        answer = client.tokens(grant_type="refresh_token", refresh_token=refresh)
        assert answer.status_code == 200
    assert client.userinfo(answer.json()["access_token"]).status_code == 200
    assert last_token(site) == ("issued", "ok", "portal", "refresh_token")


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"code_verifier": "x" * 50}, 400, "invalid_grant"),
        ({"code": "unknown"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "invalid_request"),
    ],
)
def test_what_is_not_right_gets_no_token_and_a_reason(
    client: Client, site: Any, changes: dict[str, str], status: int, reason: str
) -> None:
    answer = client.tokens(**({"code": client.code()} | changes))
    assert (answer.status_code, answer.json()["error"]) == (status, reason)
    assert last_token(site)[:3] == ("refused", reason, "portal")


def test_a_stranger_s_client_id_never_reaches_the_log(client: Client, site: Any) -> None:
    client.tokens(client_id="ada.berg@example", client_secret="x", code="x")
    assert last_token(site)[2] is None


def test_without_pkce_there_is_no_code(client: Client) -> None:
    location = client.authorize(code_challenge="", code_challenge_method="").headers["Location"]
    assert location.startswith(client.callback)
    assert parse_qs(urlsplit(location).query)["error"] == ["invalid_request"]


def test_a_silent_sign_in_of_nobody_goes_back_to_the_client_with_login_required(
    site: Any, browse: Callable[..., Any]
) -> None:
    client = Client(site, browse(site))
    answer = client.authorize(prompt="none", user="somebody")
    location = answer.headers["Location"]
    assert (answer.status_code, location.partition("?")[0]) == (302, client.callback)
    assert parse_qs(urlsplit(location).query) == {"error": ["login_required"], "state": ["s"]}


def test_a_silent_sign_in_of_who_is_signed_in_brings_a_code_and_no_page(client: Client) -> None:
    location = client.authorize(prompt="none").headers["Location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    assert location.startswith(client.callback)
    assert client.tokens(code=code).status_code == 200


def test_a_silent_sign_in_never_leads_to_an_address_that_is_not_registered(
    site: Any, browse: Callable[..., Any]
) -> None:
    answer = Client(site, browse(site)).authorize(prompt="none", redirect_uri="https://evil.example/")
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_a_silent_sign_in_that_also_asks_for_a_page_is_not_possible(client: Client) -> None:
    location = client.authorize(prompt="none login").headers["Location"]
    assert parse_qs(urlsplit(location).query)["error"] == ["invalid_request"]


def test_a_callback_that_is_not_registered_is_shown_an_error_and_not_followed(client: Client) -> None:
    answer = client.authorize(redirect_uri="https://evil.example/")
    said = client.site.events("auth", "authorization")[-1]
    assert (said["outcome"], said["reason"], said["client"]) == ("refused", "invalid_request", "portal")
    assert answer.status_code == 400
    assert "This sign-in cannot go on" in answer.text


def test_signing_out_by_the_client_ends_session_and_tokens_and_leads_back(client: Client, site: Any) -> None:
    answer = client.tokens(code=client.code()).json()
    back = site.portal_url + "/signed-out/"
    asked = {"id_token_hint": answer["id_token"], "post_logout_redirect_uri": back, "state": "x"}
    left = client.browser.get(client.metadata["end_session_endpoint"], params=asked, follow_redirects=False)
    assert left.headers["Location"] == back + "?state=x"
    assert client.browser.account().url.path == "/sign-in/"
    assert client.userinfo(answer["access_token"]).status_code == 401
    assert client.tokens(grant_type="refresh_token", refresh_token=answer["refresh_token"]).status_code == 400
    assert site.events("auth", "sign-out")[-1]["session"] == site.events("auth", "sign-in")[-1]["session"]


def test_signing_out_without_proof_asks_the_person_first(client: Client) -> None:
    page = client.browser.get(client.metadata["end_session_endpoint"])
    assert "Sign out?" in page.text
    assert client.browser.account().url.path == "/"
