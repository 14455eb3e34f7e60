"""A realm of a real Keycloak, and what was made there before a change: sessions, tokens, an open form."""

from __future__ import annotations

import base64
import re
import time
import zlib
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from bench.keycloak.neighbours import Mail
from bench.keycloak.people import (
    APP,
    PORTAL,
    Broken,
    Browser,
    Client,
    answer_of,
    challenge_of,
    hidden,
    proof_of,
    request_of,
    tokens,
    verified,
)
from bench.keycloak.server import Keycloak

_VERIFIER = "of-the-app-0123456789-0123456789-0123456789"
_LIBRARY = "https://library.school.example"


@dataclass(slots=True)
class Visit:
    """A browser that has signed in to a client, and the tokens that the client got."""

    browser: Browser
    client: Client
    tokens: dict[str, object]


@dataclass(slots=True)
class World:
    """One realm of one server, and what was made there before the change."""

    server: Keycloak
    name: str
    mail: Mail
    has_directory: bool
    pause_s: float = 0
    visits: dict[str, Visit] = field(default_factory=dict)
    known: dict[str, object] = field(default_factory=dict)
    form: tuple[Browser, httpx.Response] | None = None

    @property
    def realm(self) -> str:
        """The realm's address, as clients know it."""
        return f"{self.server.base}/realms/{self.name}"

    def browser(self) -> Browser:
        """A new one."""
        return Browser(self.server.base)

    def enter(
        self, client: Client, name: str, password: str = "", remember: bool = False, scope: str = "openid"
    ) -> Visit:
        """Sign in to the client and let it fetch its tokens."""
        browser = self.browser()
        page = browser.open(self.request(client, scope=scope))
        time.sleep(self.pause_s)
        page = browser.sign_in(page, name, password or f"of-{name}-Long1", remember)
        return Visit(browser, client, self.fetch(client, answer_of(page, client)["code"]))

    def request(self, client: Client, **more: str) -> str:
        """Where the client sends people to."""
        return request_of(self.realm, client, challenge_of(_VERIFIER) if client.has_challenge else "", **more)

    def fetch(self, client: Client, code: str) -> dict[str, object]:
        """The client's exchange of the code, and its checks of the identity token."""
        time.sleep(self.pause_s)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.callback, **proof_of(client)}
        got = tokens(self.realm, {**form, **({"code_verifier": _VERIFIER} if client.has_challenge else {})}, client)
        claims = verified(self.realm, got.get("id_token"), client.name)
        lost = [key for key in ("sub", "email") if key not in claims]
        if lost:
            raise Broken(f"is not known to the client: no {', '.join(lost)}")
        return got

    def renew(self, key: str) -> None:
        """The client's renewal; keeps the refresh token that it gets."""
        visit = self.visits[key]
        form = {"grant_type": "refresh_token", "refresh_token": str(visit.tokens["refresh_token"])}
        got = tokens(self.realm, {**form, **proof_of(visit.client)}, visit.client)
        if "refresh_token" not in got:
            raise Broken("gets no refresh token any more")
        visit.tokens = {**visit.tokens, **got}

    def prepare(self) -> None:
        """What stands before the change."""
        for key in ("session", "renewal", "sign-out"):
            self.visits[key] = self.enter(PORTAL, "alice")
        self.visits["remembered"] = self.enter(PORTAL, "alice", remember=True)
        self.visits["app"] = self.enter(APP, "alice")
        self.visits["offline"] = self.enter(APP, "alice", scope="openid offline_access")
        browser = self.browser()
        self.form = (browser, browser.open(self.request(PORTAL)))
        self.known["alice"] = verified(self.realm, self.visits["session"].tokens["id_token"])["sub"]
        self.known["library"] = library_name(self)
        if self.has_directory:
            self.known["tess"] = verified(self.realm, self.enter(APP, "tess").tokens["id_token"])["sub"]


def library_name(world: World) -> str:
    """The name by which the library (SAML) learns of Alice."""
    place = f"{world.realm}/protocol/saml"
    asked = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" '
        f'IssueInstant="{time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}" Destination="{place}" '
        f'AssertionConsumerServiceURL="{_LIBRARY}/acs"><saml:Issuer xmlns:saml='
        f'"urn:oasis:names:tc:SAML:2.0:assertion">{_LIBRARY}/saml</saml:Issuer></samlp:AuthnRequest>'
    )
    packed = zlib.compress(asked.encode())[2:-4]
    browser = world.browser()
    page = browser.open(f"{place}?SAMLRequest={quote(base64.b64encode(packed).decode(), safe='')}")
    answer = hidden(browser.sign_in(page, "alice", "of-alice-Long1")).get("SAMLResponse")
    name = re.search(rb"<saml:NameID[^>]*>([^<]*)<", base64.b64decode(answer)) if answer else None
    if name is None:
        raise Broken("comes back without a name")
    return name[1].decode()
