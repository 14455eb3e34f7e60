"""A small OpenID provider with pages of its own, and a switch for everything that can be wrong with it.

A user name comes first, then the password, then a one-time code if it has a key for one, then a consent. Tokens are
signed with a real key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.probe.conftest import ACCOUNT, Reply, Request, Site

CLIENT, SECRET = "probe", "client-secret-canary"
REDIRECT, AFTER = "https://probe.invalid/callback", "https://probe.invalid/signed-out"
KEY, OTHER_KEY = RSAKey.generate_key(2048, auto_kid=True), RSAKey.generate_key(2048, auto_kid=True)

_NAME = '<form method=post action="/name">{hidden}<input name=identifier autocomplete="username webauthn"></form>'
_WORD = '<form method=post action="/word">{hidden}<input type=password name=secret><button>Go on</button></form>'
_CODE = '<form method=post action="/code">{hidden}<input name=otp autocomplete="one-time-code"></form>'
_CONSENT = (
    "<h1>May the client know who you are?</h1><form method=post action=/consent>{hidden}"
    "<button name=answer value=no>Cancel</button><button name=answer value=yes>Allow</button></form>"
)


@dataclass
class OpenIdSite(Site):
    """`one_time_code` = what the second step takes, empty = there is none."""

    one_time_code: str = ""
    asked_for: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def page(self, request: Request) -> Reply:
        name = request.path.strip("/").replace("/", "_").replace("-", "_").replace(".", "")
        answer = getattr(self, f"on_{name}", None)
        return answer(request) if answer is not None else Reply(404, "<title>Not found</title>")

    def on_well_known_openid_configuration(self, request: Request) -> Reply:
        if "not-json" in self.faults:
            return Reply(200, "<html>")
        if "not-utf-8" in self.faults:
            return Reply(200, content_type="application/json", body=b'{"issuer": "\xff\xfe"}')
        said = {
            "issuer": "https://old.example.com" if "other-issuer" in self.faults else self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "introspection_endpoint": f"{self.address}/introspect",
            "end_session_endpoint": f"{self.address}/sign-out",
            "authorization_response_iss_parameter_supported": True,
        }
        return Reply(200, json.dumps(said))

    def on_jwks(self, request: Request) -> Reply:
        if "no-keys" in self.faults:
            return Reply(200, '{"keys": []}')
        keys = OTHER_KEY if "rotated-without-overlap" in self.faults else KEY
        described = keys.as_dict(private=False)
        if "other-key" in self.faults:
            described = {**OTHER_KEY.as_dict(private=False), "kid": KEY.kid}
        return Reply(200, json.dumps({"keys": [{"kty": "new-kind", "kid": "x"}, described]}))

    def on_authorize(self, request: Request) -> Reply:
        asked = request.query
        if "session" in request.cookies and self.is_signed_in(request):
            return self.give_code(asked)
        if asked.get("prompt") == "none":
            return self.back(asked, {"error": "login_required"})
        if "refuses" in self.faults:
            return self.back(asked, {"error": "invalid_scope"})
        if "loop" in self.faults:
            return Reply(302, location=f"/authorize?{urlencode(asked)}")
        key = self.new_secret()
        self.asked_for[key] = asked
        return Reply(200, "<title>Sign in</title>" + self.form(_NAME, key), cookies=(f"csrf={key}; Path=/; HttpOnly",))

    def form(self, text: str, key: str) -> str:
        return text.replace("{hidden}", f'<input type=hidden name=token value="{key}">')

    def on_name(self, request: Request) -> Reply:
        key = request.form.get("token", "")
        if key != request.cookies.get("csrf") or "csrf" in self.faults:
            return Reply(403, "CSRF verification failed")
        if request.form.get("identifier") != ACCOUNT[0]:
            return Reply(200, "No such user" + self.form(_NAME, key))
        return Reply(200, self.form(_WORD, key))

    def on_word(self, request: Request) -> Reply:
        key = request.form["token"]
        if request.form.get("secret") != ACCOUNT[1]:
            return Reply(200, "Wrong password" + self.form(_WORD, key))
        if self.one_time_code:
            return Reply(200, self.form(_CODE, key))
        return Reply(200, self.form(_CONSENT, key), cookies=self.begin(request))

    def on_code(self, request: Request) -> Reply:
        key = request.form["token"]
        if request.form.get("otp") != self.one_time_code:
            return Reply(200, "Wrong code" + self.form(_CODE, key))
        return Reply(200, self.form(_CONSENT, key), cookies=self.begin(request))

    def on_consent(self, request: Request) -> Reply:
        asked = self.asked_for.get(request.form["token"], {})
        if request.form.get("answer") != "yes":
            return self.back(asked, {"error": "access_denied"})
        if "no-way-back" in self.faults:
            return Reply(200, "<title>Welcome</title>")
        return self.give_code(asked)

    def give_code(self, asked: dict[str, str]) -> Reply:
        code = self.new_secret()
        self.codes[code] = asked
        return self.back(asked, {"code": code})

    def back(self, asked: dict[str, str], said: dict[str, str]) -> Reply:
        said["state"] = "other" if "other-state" in self.faults else asked["state"]
        said["iss"] = "https://mixed-up.example.com" if "other-iss" in self.faults else self.address
        return Reply(302, location=f"{asked['redirect_uri']}?{urlencode(said)}")

    def is_client(self, request: Request) -> bool:
        word = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {word}" and "secret-changed" not in self.faults

    def on_token(self, request: Request) -> Reply:
        assert "cookie" not in request.headers
        if not self.is_client(request):
            return Reply(401, '{"error": "invalid_client"}')
        grant = request.form["grant_type"]
        if grant == "client_credentials":
            return self.give_tokens(None)
        if grant == "refresh_token":
            bad = "no-refresh" in self.faults or request.form["refresh_token"] not in self.tokens
            return Reply(400, '{"error": "invalid_grant"}') if bad else self.give_tokens({})
        asked = self.codes.pop(request.form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(request.form["code_verifier"].encode()).digest())
        if asked is None or challenge.decode().rstrip("=") != asked["code_challenge"]:
            return Reply(400, '{"error": "invalid_grant"}')
        return self.give_tokens(asked)

    def give_tokens(self, asked: dict[str, str] | None) -> Reply:
        if "token-page" in self.faults:
            return Reply(200, "<html><title>Maintenance</title>")
        given: dict[str, object] = {"access_token": self.new_secret(), "token_type": "Bearer", "expires_in": 300}
        if asked is not None:
            given |= {"refresh_token": self.new_secret(), "id_token": self.id_token(asked)}
        self.tokens.update(str(given[name]) for name in ("access_token", "refresh_token") if name in given)
        return Reply(200, json.dumps(given))

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        offset = {"clock-ahead": 600, "clock-behind": -1200}
        now += sum(seconds for fault, seconds in offset.items() if fault in self.faults)
        claims = {"iss": self.address, "sub": "p-1", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"]} if "nonce" in asked else {}
        for fault, name in (("id-issuer", "iss"), ("id-audience", "aud"), ("id-nonce", "nonce")):
            if fault in self.faults:
                claims[name] = "https://other.example.com"
        if "unsigned" in self.faults:
            parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        self.secrets.append(jwt.encode({"alg": "RS256", "kid": KEY.kid}, claims, KEY))
        return self.secrets[-1]

    def on_userinfo(self, request: Request) -> Reply:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return Reply(401, "")
        return Reply(200, json.dumps({"sub": "p-2" if "other-person" in self.faults else "p-1"}))

    def on_introspect(self, request: Request) -> Reply:
        if not self.is_client(request):
            return Reply(401, "")
        return Reply(200, json.dumps({"active": request.form["token"] in self.tokens - {"not-active"}}))

    def on_sign_out(self, request: Request) -> Reply:
        if request.method == "GET" and "asks-to-sign-out" in self.faults:
            fields = "".join(f'<input type=hidden name="{name}" value="{v}">' for name, v in request.query.items())
            return Reply(
                200,
                f"<form id=out method=post>{fields}</form><button form=out name=stay value=1>No, stay here</button>"
                "<button form=out name=out value=1>Yes, sign me out</button>",
            )
        given = request.query | request.form
        if "stay" in given or "sign-out-500" in self.faults:
            return Reply(500, "")
        if "keeps-session" not in self.faults:
            self.sessions.clear()
        return Reply(302, location=f"{given['post_logout_redirect_uri']}?{urlencode({'state': given['state']})}")
