"""The authorize request and the provider's pages after it, up to the redirect to the client, which is caught.

Source: OpenID Connect Core 1.0 §3.1.2, RFC 7636 §4.2 (S256), RFC 9207 §2.4 (who answers), RFC 9700 §2.1.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import urlencode

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.forms import joined, read_page
from doorward.probe.journeys.client import Metadata
from doorward.probe.journeys.oidc import KNOWN_ERRORS, page_of, query_of
from doorward.probe.journeys.sights import redirects
from doorward.probe.journeys.sign_in import MOST_EXCHANGES, SignIn
from doorward.probe.plan import ProbePlan

CODE_EXPECTED = "the provider sends the person back to the client with a code"
_ASKED_AGAIN = "a sign-in is asked for after the sign-out"
_SIGNED_OUT = Done(Ending.OK, "signed in with tokens that hold, and signed out again")
# OpenID Connect Core §3.1.2.6: what a provider answers when somebody would have to do something.
_NOT_SIGNED_IN = frozenset(("login_required", "interaction_required", "account_selection_required"))


@dataclass(slots=True)
class Authorize:
    """`again` = after the sign-out, to see whether the session is over."""

    plan: ProbePlan
    metadata: Metadata
    again: bool = False
    caught: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    exchanges: int = 0
    _pages: SignIn = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._pages = SignIn(self.plan, self, consents=True)

    @property
    def verifier(self) -> str:
        """RFC 7636 §4.1; 43 letters."""
        return self.plan.occasion.word("verifier")

    @property
    def nonce(self) -> str:
        """What the ID token must repeat."""
        return self.plan.occasion.word("nonce")

    @property
    def state(self) -> str:
        """What the redirect to the client must repeat."""
        return self.plan.occasion.word("state again" if self.again else "state")

    def start(self) -> Ask:
        """The authorize request, as the client's page sends a person there."""
        return self._open(self._address()) if self.again else self._pages.open(self._address(), self._whence)

    def receive(self, answer: Answer) -> Ask | Done:
        """The next page, or OK with `code`."""
        said = self._pages.receive(answer)
        if isinstance(said, Ask) or not self.caught:
            return said
        wrong = self._come_back()
        return wrong or said

    def receive_signed_out(self, answer: Answer) -> Ask | Done:
        """After the sign-out: OK where the provider asks for a sign-in. It is not asked with prompt=none: some
        providers answer that with an error where nobody is signed in (django-oauth-toolkit 3.4: HTTP 500).
        """
        self.exchanges += 1
        if not redirects(answer):
            return self._page_signed_out(answer)
        target = joined(answer.url, answer.header("location"))
        if target is None or self.exchanges > MOST_EXCHANGES:
            return Done(Ending.BAD_REDIRECT, "a redirect to an address that can be read")
        if page_of(target) != page_of(self.plan.client.redirect_uri):
            return self._open(target)
        said = query_of(target)
        if said.get("error") in _NOT_SIGNED_IN:
            return _SIGNED_OUT
        return Done(Ending.SESSION_SURVIVED if said.get("code") else Ending.SIGN_OUT_FAILED, _ASKED_AGAIN)

    def _page_signed_out(self, answer: Answer) -> Done:
        page = read_page(answer.text, answer.url)
        if answer.status >= 400:
            return Done(http_reason(answer.status), _ASKED_AGAIN)
        if page.password_form or page.name_form:
            return _SIGNED_OUT
        return Done(Ending.SESSION_SURVIVED if page.consent_form else Ending.SIGN_OUT_FAILED, _ASKED_AGAIN)

    def redirected(self, source: str, target: str) -> Done | None:
        """Catch the redirect to the client; others pass."""
        if page_of(target) != page_of(self.plan.client.redirect_uri):
            return None
        self.caught = target
        return Done(Ending.OK, CODE_EXPECTED)

    def arrived(self, url: str) -> Done | None:
        """Signed in, and no way back to the client."""
        return Done(Ending.NO_CODE, CODE_EXPECTED)

    @property
    def _whence(self) -> str:
        """A page of the client is where the person comes from: SameSite=Strict cookies of the provider stay at home."""
        return self.plan.client.redirect_uri

    def _open(self, url: str) -> Ask:
        return Ask("after-sign-out", "GET", url, initiator=self._whence)

    def _address(self) -> str:
        own = self.plan.client
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": own.id,
            "redirect_uri": own.redirect_uri,
            "scope": own.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if not self.again and "offline_access" in own.scope.split():
            # OpenID Connect Core §11: without consent there is no refresh token.
            asked["prompt"] = "consent"
        end = self.metadata.authorization_endpoint
        return f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}"

    def _come_back(self) -> Done | None:
        said = query_of(self.caught)
        if said.get("state") != self.state:
            return Done(Ending.STATE_MISMATCH, "the state comes back as it was sent")
        if "error" in said:
            error = said["error"] if said["error"] in KNOWN_ERRORS else "an error of its own"
            return Done(Ending.PROVIDER_REFUSED, f"the provider answers with a code; it answered {error}")
        names_itself = self.metadata.authorization_response_iss_parameter_supported
        if said.get("iss", self.plan.issuer if not names_itself else "") != self.plan.issuer:
            return Done(Ending.STATE_MISMATCH, "the answer comes from the issuer that was asked (iss)")
        self.code = said.get("code", "")
        return None if self.code else Done(Ending.NO_CODE, CODE_EXPECTED)
