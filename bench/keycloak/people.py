"""A browser and what clients ask of Keycloak: pages followed, forms filled in, codes exchanged, tokens checked."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

_FORM = re.compile(r"<form\b[^>]*?\baction=\"([^\"]+)\"", re.DOTALL)
_FIELD = re.compile(r"<input\b[^>]*?\btype=\"hidden\"[^>]*>")
_ATTRIBUTE = re.compile(r"\b(name|value)=\"([^\"]*)\"")
_MESSAGE = re.compile(r"(?:kc-feedback-text|instruction|input-error|kc-page-title)[^>]*>\s*(.*?)\s*<", re.DOTALL)
_MOST_STEPS = 12
_AGAIN_S = 0.3
_WEB = httpx.Client(timeout=15)


class Broken(Exception):
    """A journey ends before its end; says how."""


@dataclass(frozen=True, slots=True)
class Client:
    """How a client signs people in, as it is set up today and does not learn of the change."""

    name: str
    callback: str
    secret: str = ""
    origin: str = ""
    has_challenge: bool = False
    response: str = "code"


PORTAL = Client("portal", "https://portal.school.example/sign-in/back/", secret="of-the-portal")
APP = Client("app", "https://app.school.example/back", origin="https://app.school.example", has_challenge=True)
OLD_PAGE = Client("old-page", "https://old.school.example/back", response="id_token token")


class Browser:
    """One person's browser: keeps cookies, follows redirects while they stay with Keycloak."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: dict[tuple[str, str], str] = {}  # by path and name
        self.kept: set[tuple[str, str]] = set()

    def open(self, url: str, form: dict[str, str] | None = None) -> httpx.Response:
        """The page at the end of the redirects, or the first redirect that leaves Keycloak."""
        page = self._once(url, form)
        for _ in range(_MOST_STEPS):
            target = urljoin(str(page.url), page.headers.get("location", ""))
            if not page.is_redirect or not target.startswith(self.base):
                return page
            page = self._once(target, None)
        raise Broken("is sent round in circles")

    def _once(self, url: str, form: dict[str, str] | None) -> httpx.Response:
        """One exchange. Browsers trust this machine without TLS and send it cookies with Secure; httpx does not."""
        path = urlsplit(url).path
        sent = "; ".join(f"{name}={value}" for (below, name), value in self.cookies.items() if path.startswith(below))
        asked = {"Cookie": sent} if sent else {}
        try:
            page = _WEB.request("GET" if form is None else "POST", url, data=form, headers=asked)
        except httpx.TransportError as error:
            raise Broken(f"gets no answer from {urlsplit(url).netloc}") from error
        _WEB.cookies.clear()
        for line in page.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                key = (morsel["path"] or "/", name)
                self.cookies[key] = morsel.value
                self.kept = self.kept | {key} if morsel["max-age"] else self.kept - {key}
                if morsel["max-age"] == "0" or not morsel.value:
                    del self.cookies[key]
        return page

    def close(self) -> None:
        """End the browser and begin it again: cookies without a life of their own are gone."""
        self.cookies = {key: value for key, value in self.cookies.items() if key in self.kept}

    def sign_in(
        self, page: httpx.Response, name: str, password: str, remember: bool = False, is_right: bool = True
    ) -> httpx.Response:
        """Fill in the form of sign-in. Keycloak takes one sign-in of a person at a time: one that comes upon the end of
        another is refused like a wrong password, so that a right one is sent once more."""
        if 'name="password"' not in page.text:
            raise Broken(f"finds no form for a password: {message_of(page)}")
        form = {"username": name, "password": password, **({"rememberMe": "on"} if remember else {})}
        got = self.open(form_of(page), form)
        if is_right and got.is_success and 'name="password"' in got.text:
            time.sleep(_AGAIN_S)
            got = self.open(form_of(got), form)
        return got


def form_of(page: httpx.Response) -> str:
    """Where the form of a page goes to."""
    found = _FORM.search(page.text)
    if found is None:
        raise Broken(f"finds no form: {message_of(page)}")
    return urljoin(str(page.url), html.unescape(found[1]))


def hidden(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of a page."""
    fields = (dict(_ATTRIBUTE.findall(field)) for field in _FIELD.findall(page.text))
    return {field["name"]: html.unescape(field.get("value", "")) for field in fields if "name" in field}


def message_of(page: httpx.Response) -> str:
    """What a page says, in short; it is Keycloak's own text."""
    told = [" ".join(html.unescape(one).split()) for one in _MESSAGE.findall(page.text)]
    return f"{page.status_code} {'; '.join(one for one in told if one)[:120]}".strip()


def request_of(realm: str, client: Client, challenge: str = "", **more: str) -> str:
    """The address of a request to sign in (OpenID Connect Core 3.1.2.1)."""
    asked = {
        "client_id": client.name,
        "redirect_uri": client.callback,
        "response_type": client.response,
        "scope": "openid",
        "state": secrets.token_urlsafe(8),
        "nonce": secrets.token_urlsafe(8),
        **({"code_challenge": challenge, "code_challenge_method": "S256"} if challenge else {}),
        **more,
    }
    return f"{realm}/protocol/openid-connect/auth?{urlencode(asked)}"


def challenge_of(verifier: str) -> str:
    """The code challenge (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def answer_of(page: httpx.Response, client: Client) -> dict[str, str]:
    """The parameters that the client gets back; Broken with what the page says if the person is not sent there."""
    target = page.headers.get("location", "")
    if not page.is_redirect or not target.startswith(client.callback.partition("/back")[0]):
        raise Broken(f"stops at: {message_of(page)}")
    parts = urlsplit(target)
    told = {key: values[0] for key, values in parse_qs(parts.query + "&" + parts.fragment).items()}
    if "error" in told:
        raise Broken(f"comes back with {told['error']} {told.get('error_description', '')}".strip())
    return told


def tokens(realm: str, form: dict[str, str], client: Client | None = None) -> dict[str, object]:
    """What the token endpoint hands out. A client with an origin is a browser, which must be allowed to read it."""
    head = {"Origin": client.origin} if client and client.origin else {}
    got = httpx.post(f"{realm}/protocol/openid-connect/token", data=form, headers=head, timeout=60)
    told = got.json() if "json" in got.headers.get("content-type", "") else {}
    if got.is_error:
        raise Broken(
            f"is refused: {got.status_code} {told.get('error', '')} {told.get('error_description', '')}".strip()
        )
    if head and got.headers.get("access-control-allow-origin") not in (head["Origin"], "*"):
        raise Broken("may not read the answer: no Access-Control-Allow-Origin")
    return dict(told)


def proof_of(client: Client) -> dict[str, str]:
    """How the client names and proves itself."""
    return {"client_id": client.name, **({"client_secret": client.secret} if client.secret else {})}


def verified(realm: str, token: object, audience: str = "") -> dict[str, object]:
    """The claims of a token of the realm that is signed by RS256 with a key of its list, as clients check them."""
    listed = httpx.get(f"{realm}/protocol/openid-connect/certs", timeout=60)
    if listed.is_error:
        raise Broken(f"finds no list of keys: {listed.status_code}")
    keys = KeySet.import_key_set(listed.json())
    try:
        claims = jwt.decode(str(token), keys, algorithms=["RS256"]).claims
    except (JoseError, ValueError) as error:
        raise Broken(f"has a token that is refused: {type(error).__name__}") from error
    whom = claims.get("aud", ())
    if claims.get("iss") != realm:
        raise Broken("has a token of another issuer")
    if audience and audience not in ([whom] if isinstance(whom, str) else whom):
        raise Broken(f"has a token that is not meant for {audience}")
    return dict(claims)
