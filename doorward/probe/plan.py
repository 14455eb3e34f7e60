"""ProbePlan: which journey, where it begins, as whom, from which addresses, and to which hosts secrets may go."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from doorward.probe.means import NO_MEANS, Means


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a run has of its own: when it began, and what its random words are made of. Journeys draw nothing."""

    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    seed: bytes = field(default=b"", repr=False)

    def word(self, purpose: str) -> str:
        """A word of 43 letters that nobody can guess, always the same for one purpose (state, nonce, verifier)."""
        made = hmac.new(self.seed, purpose.encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(made).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Client:
    """The OpenID client that the probe is. `secret` empty = a public client.

    `authentication` is `client_secret_basic`, `client_secret_post` or `none`; empty = what the provider offers, in this
    order. `redirect_uri` is never opened: the redirect to it is where the pages end.
    """

    id: str = ""
    secret: str = field(default="", repr=False)
    redirect_uri: str = ""
    scope: str = "openid"
    authentication: str = ""
    post_sign_out_uri: str = ""


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """One probe. Everything secret is left out of its repr.

    `journey` is one of `doorward.probe.journeys.JOURNEYS`, or `browser`. `return_url` is visited again after sign-in,
    from another of the `addresses`, which go out as X-Forwarded-For (the service must trust the prober for them to
    count).
    `hosts` (`host` or `host:port`) are the only ones that are asked anything; empty = those of `start_url`,
    `return_url` and `issuer`. `headers` go to them alone.
    `timeout_s` is the longest wait for one answer, `total_s` for the whole. `control` is asked before blame.
    `pkce` = the authorize request must carry a code challenge (RFC 7636 S256).
    `issuer` and `client` are for `openid` and `client-credentials`; `then` = what is tried with the tokens.
    `totp_secret` is the key of a one-time code in base32 (RFC 6238), empty = the account has no second step.
    `authorities` is a PEM file of certificates to believe beside the system's. `loopback_is_secure` = cookies with
    Secure are kept on http://localhost, as browsers on that machine do. `session_file` keeps the session of `session`
    between runs, empty = in memory. `means` is what a journey beyond the web needs.
    """

    name: str
    journey: str
    start_url: str
    return_url: str | None = None
    account: tuple[str, str] = field(default=("", ""), repr=False)
    addresses: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    hosts: tuple[str, ...] = ()
    timeout_s: float = 5.0
    total_s: float = 20.0
    expect_text: str | None = None
    control: tuple[str, int] | None = None
    pkce: bool = True
    issuer: str = ""
    client: Client = Client()
    then: tuple[str, ...] = ("userinfo", "refresh", "sign-out")
    totp_secret: str = field(default="", repr=False)
    authorities: str = ""
    loopback_is_secure: bool = False
    session_file: str = ""
    means: Means = NO_MEANS
    occasion: Occasion = field(default=Occasion(), repr=False)

    def names_host(self, url: str) -> bool:
        """Whether the address is http(s) at one of the hosts that the plan names."""
        host = _host_of(url)
        if host is None:
            return False
        named = {name.lower() for name in self.hosts} or self._own_hosts()
        return host[0] in named or f"{host[0]}:{host[1]}" in named

    def _own_hosts(self) -> set[str]:
        found = (_host_of(url) for url in (self.start_url, self.return_url, self.issuer) if url)
        return {f"{host}:{port}" for host, port in filter(None, found)}


def _host_of(url: str) -> tuple[str, int] | None:
    return host_and_port(url, {"http": 80, "https": 443})


def host_and_port(url: str, ports: Mapping[str, int]) -> tuple[str, int] | None:
    """Where the address leads; `ports` are the schemes that may be, with what each has by itself. None = nowhere."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ports or not parts.hostname:
        return None
    return parts.hostname, port or ports[parts.scheme]
