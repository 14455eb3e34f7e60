"""Small real sites on loopback, with switches for faults: one with a form, and a pair that speaks OpenID Connect."""

from __future__ import annotations

import http.cookies
import json
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from doorward.model.journey import ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import ProbePlan

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ADDRESSES = ("198.51.100.11", "198.51.100.12", "198.51.100.13")
ACCOUNT = ("prober", "correct horse battery")
TOKEN = "synthetic-token-canary"


@dataclass
class Request:
    """What a site was asked."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    cookies: dict[str, str]
    headers: dict[str, str]

    @property
    def address(self) -> str:
        return self.headers.get("x-forwarded-for", "")


@dataclass
class Reply:
    """What a site answers."""

    status: int = 200
    text: str = ""
    location: str = ""
    cookies: tuple[str, ...] = ()
    content_type: str = "text/html; charset=utf-8"
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Site:
    """A site on a free port; `faults` are switches, `asked` what came, `secrets` what it gave out."""

    faults: set[str] = field(default_factory=set)
    asked: list[Request] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    address: str = ""
    attributes: str = "Path=/"

    def new_secret(self) -> str:
        self.secrets.append(secrets.token_urlsafe(24))
        return self.secrets[-1]

    def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        if "http-500" in self.faults:
            return Reply(500, "<title>Server error</title>")
        return self.page(request)

    def page(self, request: Request) -> Reply:
        raise NotImplementedError

    def sign_in_page(self, hidden: dict[str, str], status: int = 200) -> Reply:
        inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in hidden.items())
        text = (
            f'<title>Sign in</title><form action="/search"><input name="q"></form><form method="post">{inputs}'
            '<input name="username" autocomplete="username"><input name="password" type="password">'
            '<button type="submit" name="go" value="1">Sign in</button></form>'
        )
        return Reply(status, text, cookies=(f"csrf={hidden['token']}; Path=/; HttpOnly",))

    def is_signed_in(self, request: Request) -> bool:
        begun_at = self.sessions.get(request.cookies.get("session", ""))
        return begun_at is not None and ("bound" not in self.faults or begun_at == request.address)

    def begin(self, request: Request) -> tuple[str, ...]:
        key = self.new_secret()
        self.sessions[key] = request.address
        return (f"session={key}; HttpOnly; {self.attributes}",)


class FormSite(Site):
    """A site of its own: `/` is for people who are signed in, `/sign-in` has the form."""

    def page(self, request: Request) -> Reply:
        if request.path == "/sign-in":
            return self.sign_in(request)
        if request.path == "/loop":
            return Reply(302, location="/loop")
        if not self.is_signed_in(request):
            return Reply(302, location=f"/sign-in?next={quote(request.path)}")
        return self.home(request)

    def home(self, request: Request) -> Reply:
        if "error-page" in self.faults:
            return Reply(200, "<title>500 - Internal Server Error</title>")
        if "bytes" in self.faults:
            return Reply(200, content_type="text/html; charset=no-such-thing", body=b"\xff\xfe<title>\xa0\x00<![x")
        text = '<title>Account</title><form method="post">' + '<input type="password" name="p">' * 3 + "</form>Welcome"
        return Reply(200, text)

    def sign_in(self, request: Request) -> Reply:
        if "no-form" in self.faults:
            return Reply(200, "<title>Welcome</title>")
        if request.method == "GET":
            return self.sign_in_page({"token": self.new_secret(), "next": request.query.get("next", "/")})
        if "csrf" in self.faults or request.form.get("token") != request.cookies.get("csrf"):
            return Reply(403, "<title>Forbidden</title>CSRF verification failed.")
        if (request.form.get("username"), request.form.get("password")) != ACCOUNT:
            return self.sign_in_page({"token": self.new_secret(), "next": "/"})
        if "keeps-method" in self.faults and request.query.get("again") is None:
            return Reply(307, location="/sign-in?again=1", cookies=())
        if "elsewhere" in self.faults:
            return Reply(307, location="http://localhost:1/take")
        return Reply(302, location=request.form["next"], cookies=self.begin(request))


class Provider(Site):
    """An OpenID provider with a form; its client is `portal`."""

    def page(self, request: Request) -> Reply:
        if request.path == "/.well-known/openid-configuration":
            return self.metadata()
        if request.path == "/jwks":
            return Reply(200, json.dumps({"keys": [] if "no-keys" in self.faults else [{"kty": "RSA"}]}))
        if request.path == "/authorize":
            return self.authorize(request)
        if request.method == "GET":
            return self.sign_in_page({"token": self.new_secret()})
        if (request.form.get("username"), request.form.get("password")) != ACCOUNT:
            return self.sign_in_page({"token": self.new_secret()})
        return Reply(302, location=request.query["next"], cookies=self.begin(request))

    def authorize(self, request: Request) -> Reply:
        if not self.is_signed_in(request):
            return Reply(302, location="/sign-in?" + urlencode({"next": f"/authorize?{urlencode(request.query)}"}))
        given = {"code": self.new_secret(), "state": request.query.get("state", "")}
        if "other-state" in self.faults:
            given["state"] = self.new_secret()
        if "no-code" in self.faults:
            del given["code"]
        if "refuses" in self.faults:
            given = {"error": "invalid_scope", "state": given["state"]}
        return Reply(302, location=f"{request.query['redirect_uri']}?{urlencode(given)}")

    def metadata(self) -> Reply:
        if "not-json" in self.faults:
            return Reply(200, "<html>")
        issuer = "https://old.example.com" if "other-issuer" in self.faults else self.address
        said = {"issuer": issuer, "jwks_uri": f"{self.address}/jwks", "token_endpoint": "t"}
        return Reply(200, json.dumps(said | {"authorization_endpoint": "a"}))


class Portal(Site):
    """The client of a provider: `/courses` is protected."""

    provider = ""

    def page(self, request: Request) -> Reply:
        if request.path == "/callback":
            return self.callback(request)
        if not self.is_signed_in(request):
            return self.to_provider()
        return Reply(200, "<title>Courses</title>Your courses")

    def to_provider(self) -> Reply:
        state = self.new_secret()
        asked = {
            "client_id": "portal",
            "response_type": "token" if "implicit" in self.faults else "code",
            "redirect_uri": f"{self.address}/callback",
            "state": state,
            "nonce": self.new_secret(),
            "code_challenge": self.new_secret(),
            "code_challenge_method": "plain" if "plain-challenge" in self.faults else "S256",
        }
        if "no-state" in self.faults:
            del asked["state"]
        return Reply(302, location=f"{self.provider}/authorize?{urlencode(asked)}", cookies=(f"state={state}; Path=/",))

    def callback(self, request: Request) -> Reply:
        if "error-page" in self.faults:
            return Reply(200, "<p>Sorry, the provider gave an answer that we do not understand.")
        location = "/elsewhere" if "other-page" in self.faults else "/courses"
        return Reply(302, location=location, cookies=self.begin(request))


class Mirror(FormSite):
    """A site that shows what it knows: after the password it sends people through addresses made of its secrets."""

    trail: tuple[str, ...] = ()

    def page(self, request: Request) -> Reply:
        step = int(request.query.get("step", "-1"))
        if request.method == "GET" and step < 0:
            return super().page(request)
        if step + 1 >= len(self.trail):
            return Reply(200, "<title>Home</title>")
        join = "&" if "?" in self.trail[step + 1] else "?"
        return Reply(302, location=f"{self.trail[step + 1]}{join}step={step + 1}", cookies=tuple(self.cookies))

    @property
    def cookies(self) -> list[str]:
        return [f"known={secret}; Path=/" for secret in self.secrets[-1:]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        jar = http.cookies.SimpleCookie(self.headers.get("cookie", ""))
        reply = self.site.answer(
            Request(
                method,
                parts.path,
                {name: values[0] for name, values in parse_qs(parts.query).items()},
                {name: values[0] for name, values in parse_qs(body).items()},
                {name: morsel.value for name, morsel in jar.items()},
                {name.lower(): value for name, value in self.headers.items()},
            )
        )
        content = reply.text.encode() if reply.body is None else reply.body
        self.send_response(reply.status)
        for cookie in reply.cookies:
            self.send_header("Set-Cookie", cookie)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.location:
            self.send_header("Location", reply.location)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """Put a site on a free port of the loopback, by TLS if a context is given, and take it down after the test."""
    servers: list[ThreadingHTTPServer] = []

    def begin(site: Site, tls: ssl.SSLContext | None = None) -> Site:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
        if tls is not None:
            # The handshake belongs to the connection's own thread, not to the one that takes connections.
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        site.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return site

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def form_site(serve: Callable[[Site], Site]) -> Site:
    """A site with a form."""
    return serve(FormSite())


@pytest.fixture
def mirror(serve: Callable[[Site], Site]) -> Site:
    """A site that shows its secrets in its addresses."""
    return serve(Mirror())


@pytest.fixture
def pair(serve: Callable[[Site], Site]) -> tuple[Site, Site]:
    """A portal and its provider."""
    portal, provider = Portal(), Provider()
    serve(provider)
    portal.provider = provider.address
    return serve(portal), provider


@pytest.fixture
def probe() -> Callable[..., ProbeResult]:
    """Probe a site: by its form, or from a portal across to its provider."""

    def go(site: Site, *others: Site, **changes: object) -> ProbeResult:
        given: dict[str, object] = {
            "name": "tiny",
            "journey": "oidc" if others else "form",
            "start_url": site.address + ("/courses" if others else "/"),
            "account": ACCOUNT,
            "addresses": ADDRESSES,
            "headers": (("X-Synthetic", TOKEN),),
            "hosts": tuple(urlsplit(one.address).netloc for one in (site, *others)),
            "timeout_s": 2.0,
        }
        return run(ProbePlan(**(given | changes)), NOW)  # type: ignore[arg-type]

    return go
