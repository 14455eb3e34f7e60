"""What a journey and its driver say to each other: Ask, Answer, Done; no I/O, so one journey runs live and in tests.

A journey says what a person's browser would ask next; the driver asks it over the network and brings the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from doorward.cookies import Jar
from doorward.model.journey import UNTIMED, ProbeResult, Timing
from doorward.probe.plan import ProbePlan


class Ending(StrEnum):
    """Why a journey ended. A refused request ends as `http-` and its status instead: see `http_reason`."""

    OK = "ok"
    NO_FORM = "no-form"
    CSRF_REFUSED = "csrf-refused"
    WRONG_PASSWORD = "wrong-password"
    SENT_BACK = "sent-back-to-sign-in"
    ERROR_PAGE = "error-page-with-200"
    WRONG_PAGE = "wrong-page"
    AUTHORIZE_INVALID = "authorize-request-invalid"
    NO_AUTHORIZE = "no-authorize-request"
    PROVIDER_REFUSED = "provider-refused"
    NO_CODE = "no-code"
    STATE_MISMATCH = "state-mismatch"
    BAD_REDIRECT = "bad-redirect"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    HOST_NOT_NAMED = "host-not-named"
    PASSWORD_IN_CLEAR = "password-over-plain-http"
    DISCOVERY_INVALID = "discovery-invalid"
    WRONG_NAME = "wrong-user-name"
    WRONG_CODE = "wrong-one-time-code"
    NO_SECOND_STEP = "no-one-time-code-to-give"
    UNREADABLE = "unreadable-text"
    NO_CHALLENGE = "no-password-asked"
    OLD_SESSION_REFUSED = "old-session-refused"
    CLIENT_REFUSED = "client-refused"
    TOKEN_REFUSED = "token-refused"
    TOKEN_INVALID = "token-answer-invalid"
    KEYS_INVALID = "keys-invalid"
    ID_TOKEN_INVALID = "id-token-invalid"
    ID_TOKEN_KEY = "id-token-key-unknown"
    ID_TOKEN_SIGNATURE = "id-token-signature"
    ID_TOKEN_ISSUER = "id-token-issuer"
    ID_TOKEN_AUDIENCE = "id-token-audience"
    ID_TOKEN_NONCE = "id-token-nonce"
    ID_TOKEN_TIME = "id-token-time"
    USERINFO_INVALID = "userinfo-invalid"
    REFRESH_REFUSED = "refresh-refused"
    TOKEN_NOT_ACTIVE = "token-not-active"
    SIGN_OUT_FAILED = "sign-out-failed"
    SESSION_SURVIVED = "session-survived-sign-out"
    TIMEOUT = "timeout"
    SLOW_BODY = "slow-body"
    TOO_LARGE = "body-too-large"
    REFUSED = "refused"
    DNS = "dns"
    TLS = "tls"
    TLS_EXPIRED = "tls-certificate-expired"
    TLS_NAME = "tls-wrong-name"
    TLS_UNTRUSTED = "tls-untrusted"
    NO_ANSWER = "no-answer"
    NO_NETWORK = "no-network"


def http_reason(status: int) -> str:
    """The reason of a journey that an error status ended: `http-500`."""
    return f"http-{status}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `client` is the index of the address that it comes from; `form` is sent by POST, None = no body.

    `carries_password` makes the driver refuse plain http where the journey began on https. `initiator` is the page that
    a form or a link stood on, empty where the person typed the address: SameSite cookies go by it. `secrets` are what
    the request carries that must not be shown, beside its form. `is_direct`: the client itself asks, not the person's
    browser, so that no cookie goes or comes.
    """

    step: str
    method: str
    url: str
    form: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    client: int = 0
    carries_password: bool = False
    initiator: str = ""
    secrets: tuple[str, ...] = ()
    is_direct: bool = False

    def __repr__(self) -> str:
        """Without the form and the address, which may hold secrets."""
        return f"Ask(step={self.step!r}, method={self.method!r}, client={self.client})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `url` is the address asked; header names are lower-case; `text` is bounded.

    `is_garbled`: the bytes are not of the charset that they are said to be, so that a person could not read the page.
    `refused_cookies` are those of `set_cookies` that a browser would not keep. `at` is when it came, None where nobody
    looked at the clock; `certificate_ends` when the host's certificate does, None without TLS.
    """

    status: int
    url: str
    headers: tuple[tuple[str, str], ...]
    text: str
    set_cookies: tuple[str, ...] = ()
    is_garbled: bool = False
    refused_cookies: tuple[str, ...] = ()
    at: datetime | None = None
    timing: Timing = UNTIMED
    certificate_ends: datetime | None = None

    def header(self, name: str) -> str:
        """The first header of that lower-case name, empty if there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def __repr__(self) -> str:
        """Without address, headers and text, which may hold secrets."""
        return f"Answer(status={self.status})"


@dataclass(frozen=True, slots=True)
class Done:
    """The end: a named reason, in words what should have been instead, and what was seen beside it."""

    reason: str
    expected: str
    notes: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the journey went as it should."""
        return self.reason == Ending.OK


class Journey(Protocol):
    """A sign-in as a state machine. `start` once, then `receive` for each answer until it says Done."""

    def start(self) -> Ask:
        """The first request."""
        ...

    def receive(self, answer: Answer) -> Ask | Done:
        """The next request, or the end."""
        ...


class Drive(Protocol):
    """How the pages of a journey are asked: a browser, with the cookies that it has already."""

    def __call__(self, made: Journey, plan: ProbePlan, now: datetime, jar: Jar | None = None) -> ProbeResult:
        """Ask until it is done."""
        ...
