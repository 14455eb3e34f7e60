"""`openid`: be a client of the provider, from its discovery document to the end of the session; nothing but settings.

Discovery, the pages of the provider as a person sees them, the code caught at the redirect_uri (which is never opened),
tokens, the ID token's checks, and then what the plan asks for: userinfo, refresh, introspection, sign-out.
Source: OpenID Connect Core 1.0 §3.1, §5.3 and §12, RFC 7636 §4, RFC 9207, RFC 7662, RP-Initiated Logout 1.0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import msgspec

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.id_token import Claims, Expected, examine
from doorward.probe.journeys import client
from doorward.probe.journeys.authorize import Authorize
from doorward.probe.journeys.client import Keys, Metadata, Tokens
from doorward.probe.journeys.sign_out import SignOut
from doorward.probe.plan import ProbePlan


class Stage(StrEnum):
    """Where the journey stands; also the names of the steps that are not pages."""

    DISCOVERY = "discovery"
    PAGES = "pages"
    TOKEN = "token"
    KEYS = "keys"
    USERINFO = "userinfo"
    REFRESH = "refresh"
    INTROSPECTION = "introspection"
    SIGN_OUT = "sign-out"
    AFTER_SIGN_OUT = "after-sign-out"


class _Subject(msgspec.Struct, frozen=True):
    sub: str = ""


class _Active(msgspec.Struct, frozen=True):
    active: bool


def openid_journey(plan: ProbePlan) -> OpenId:
    """Sign in at the plan's issuer as its client."""
    return OpenId(plan)


@dataclass(slots=True)
class OpenId:
    """The machine: each stage reads its answer in `_READ` and goes on to the next that the plan asks for."""

    plan: ProbePlan
    stage: Stage = Stage.DISCOVERY
    metadata: Metadata = field(default_factory=lambda: Metadata("", ""), repr=False)
    tokens: Tokens = field(default_factory=lambda: Tokens(""), repr=False)
    keys: Keys = field(default_factory=lambda: Keys(()), repr=False)
    subject: str = field(default="", repr=False)
    pages: Authorize | SignOut | None = field(default=None, repr=False)
    notes: list[str] = field(default_factory=list)

    def start(self) -> Ask:
        """Ask what the issuer offers."""
        return client.discovery(self.plan)

    def receive(self, answer: Answer) -> Ask | Done:
        """Read the answer as the stage does."""
        said = _READ[self.stage](self, answer)
        return replace(said, notes=(*said.notes, *self.notes)) if isinstance(said, Done) else said

    def read_discovery(self, answer: Answer) -> Ask | Done:
        """Then the pages, as a person who is sent there by the client."""
        found = client.metadata(self.plan, answer)
        if isinstance(found, Done):
            return found
        if not found.authorization_endpoint or not found.jwks_uri:
            return Done(Ending.DISCOVERY_INVALID, "the discovery document names authorization_endpoint and jwks_uri")
        self.metadata, self.stage = found, Stage.PAGES
        self.pages = Authorize(self.plan, found)
        return self.pages.start()

    def read_page(self, answer: Answer) -> Ask | Done:
        """Go on until the code is caught."""
        assert isinstance(self.pages, Authorize)
        said = self.pages.receive(answer)
        if isinstance(said, Ask) or not said.is_good:
            return said
        self.notes.extend(said.notes)
        self.stage = Stage.TOKEN
        form = (
            ("grant_type", "authorization_code"),
            ("code", self.pages.code),
            ("redirect_uri", self.plan.client.redirect_uri),
            ("code_verifier", self.pages.verifier),
        )
        return client.token_request(self.plan, self.metadata, self.stage, form)

    def read_token(self, answer: Answer) -> Ask | Done:
        """Then the keys by which the ID token is believed."""
        found = client.tokens(answer)
        if isinstance(found, Done):
            return found
        if not found.id_token:
            return Done(Ending.TOKEN_INVALID, "an ID token beside the access token, for the scope holds openid")
        self.tokens, self.stage = found, Stage.KEYS
        return Ask(self.stage, "GET", self.metadata.jwks_uri, secrets=found.secrets, is_direct=True)

    def read_keys(self, answer: Answer) -> Ask | Done:
        """Check the ID token, and go on to what the plan asks for."""
        if answer.status != 200:
            return Done(http_reason(answer.status), "the provider publishes its keys at its jwks_uri")
        keys = client.read(answer, Keys)
        if keys is None or not keys.keys:
            return Done(Ending.KEYS_INVALID, "a key set in JSON that holds a key")
        assert isinstance(self.pages, Authorize)
        self.keys = keys
        return self._examine(answer, self.tokens.id_token, self.pages.nonce) or self._next()

    def read_userinfo(self, answer: Answer) -> Ask | Done:
        """The same person as in the ID token (OpenID Connect Core §5.3.2)."""
        if answer.status >= 500:
            return Done(http_reason(answer.status), "userinfo answers with the person's claims")
        found = client.read(answer, _Subject) if answer.status == 200 else None
        if answer.header("content-type").startswith("application/jwt"):
            self.notes.append("userinfo is signed; its claims were not read")
        elif found is None or found.sub != self.subject:
            return Done(Ending.USERINFO_INVALID, "userinfo takes the access token and tells of the same person (sub)")
        return self._next()

    def read_refresh(self, answer: Answer) -> Ask | Done:
        """New tokens; an ID token among them is about the same person."""
        found = client.tokens(answer, Ending.REFRESH_REFUSED)
        if isinstance(found, Done):
            return found
        wrong = self._examine(answer, found.id_token) if found.id_token else None
        self.tokens = msgspec.structs.replace(found, id_token=found.id_token or self.tokens.id_token)
        return wrong or self._next()

    def read_introspection(self, answer: Answer) -> Ask | Done:
        """The token that was given a moment ago is active (RFC 7662 §2.2)."""
        found = client.read(answer, _Active) if answer.status == 200 else None
        if found is None and answer.status != 200:
            return Done(http_reason(answer.status), "introspection answers whether the token is active")
        if found is None or not found.active:
            return Done(Ending.TOKEN_NOT_ACTIVE, "introspection says that the access token of a moment ago is active")
        return self._next()

    def read_sign_out(self, answer: Answer) -> Ask | Done:
        """Go on until the person is signed out; then see whether that is so."""
        assert isinstance(self.pages, SignOut)
        said = self.pages.receive(answer)
        if isinstance(said, Ask) or not said.is_good:
            return said
        self.stage, self.pages = Stage.AFTER_SIGN_OUT, Authorize(self.plan, self.metadata, again=True)
        return self.pages.start()

    def read_after_sign_out(self, answer: Answer) -> Ask | Done:
        """The session is over: the provider asks for a sign-in, or says that it would have to."""
        assert isinstance(self.pages, Authorize)
        return self.pages.receive_signed_out(answer)

    def _examine(self, answer: Answer, token: str, nonce: str = "") -> Done | None:
        own = self.plan.client
        expected = Expected(self.plan.issuer, own.id, own.secret, nonce, self.subject)
        found = examine(token, self.keys.keys, expected, answer.at or self.plan.occasion.now)
        if not isinstance(found, Claims):
            return Done(*found)
        self.subject = found.subject
        return None

    def _next(self) -> Ask | Done:
        """The next thing that the plan asks for and the provider offers."""
        for stage in (Stage.USERINFO, Stage.REFRESH, Stage.INTROSPECTION, Stage.SIGN_OUT)[self._done_so_far() :]:
            if stage not in self.plan.then:
                continue
            missing = self._missing(stage)
            if not missing:
                self.stage = stage
                return self._begin(stage)
            self.notes.append(f"{stage} was not tried: {missing}")
        return Done(Ending.OK, "signed in, with tokens that hold")

    def _done_so_far(self) -> int:
        order = (Stage.KEYS, Stage.USERINFO, Stage.REFRESH, Stage.INTROSPECTION)
        return order.index(self.stage)

    def _missing(self, stage: Stage) -> str:
        found = self.metadata
        offered = {
            Stage.USERINFO: (found.userinfo_endpoint, "the provider names no userinfo_endpoint"),
            Stage.REFRESH: (self.tokens.refresh_token, "the provider gave no refresh token"),
            Stage.INTROSPECTION: (found.introspection_endpoint, "the provider names no introspection_endpoint"),
            Stage.SIGN_OUT: (found.end_session_endpoint, "the provider names no end_session_endpoint"),
        }[stage]
        return "" if offered[0] else offered[1]

    def _begin(self, stage: Stage) -> Ask:
        found, tokens = self.metadata, self.tokens
        if stage is Stage.USERINFO:
            return client.bearer(stage, found.userinfo_endpoint, tokens.access_token)
        if stage is Stage.REFRESH:
            form = (("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token))
            return client.token_request(self.plan, found, stage, form)
        if stage is Stage.INTROSPECTION:
            form = (("token", tokens.access_token), ("token_type_hint", "access_token"))
            return client.token_request(self.plan, found, stage, form, found.introspection_endpoint)
        self.pages = SignOut(self.plan, found.end_session_endpoint, tokens.id_token)
        return self.pages.start()


_READ: dict[Stage, Callable[[OpenId, Answer], Ask | Done]] = {
    Stage.DISCOVERY: OpenId.read_discovery,
    Stage.PAGES: OpenId.read_page,
    Stage.TOKEN: OpenId.read_token,
    Stage.KEYS: OpenId.read_keys,
    Stage.USERINFO: OpenId.read_userinfo,
    Stage.REFRESH: OpenId.read_refresh,
    Stage.INTROSPECTION: OpenId.read_introspection,
    Stage.SIGN_OUT: OpenId.read_sign_out,
    Stage.AFTER_SIGN_OUT: OpenId.read_after_sign_out,
}
