"""Signing out at the provider on the client's wish, up to the redirect to the client, which is caught.

Source: OpenID Connect RP-Initiated Logout 1.0 §2 and §3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.forms import joined, read_page
from doorward.probe.journeys.oidc import page_of, query_of
from doorward.probe.journeys.sights import redirects, shows_error
from doorward.probe.plan import ProbePlan

_STEP = "sign-out"
# A page that asks, a form that is sent by itself, one redirect each; more is a circle.
_MOST_EXCHANGES = 8


@dataclass(slots=True)
class SignOut:
    """Signed out where the provider leads back to the client, or, without an address to lead to, shows a page."""

    plan: ProbePlan
    end_session_endpoint: str
    id_token: str = field(repr=False)
    exchanges: int = 0
    said_yes: bool = False

    def start(self) -> Ask:
        """The request that the client's page sends a person with."""
        own = self.plan.client
        asked = {"id_token_hint": self.id_token, "client_id": own.id}
        if own.post_sign_out_uri:
            asked |= {"post_logout_redirect_uri": own.post_sign_out_uri, "state": self._state}
        end = self.end_session_endpoint
        return self._get(f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}")

    def receive(self, answer: Answer) -> Ask | Done:
        """Follow, say yes where it is asked, and end at the client."""
        self.exchanges += 1
        if self.exchanges > _MOST_EXCHANGES:
            return Done(Ending.TOO_MANY_REDIRECTS, f"signed out within {_MOST_EXCHANGES} exchanges")
        if redirects(answer):
            return self._follow(answer)
        if answer.status >= 400:
            return Done(http_reason(answer.status), "the provider takes the wish to sign out")
        page = read_page(answer.text, answer.url)
        form = next((one for one in page.forms if one.sign_out_button is not None), None)
        if form is not None and not self.said_yes:
            self.said_yes = True
            sent = form.filled({}, form.sign_out_button)
            origin = "/".join(answer.url.split("/")[:3])
            headers = (("Origin", origin), ("Referer", f"{origin}/"))
            return Ask(_STEP, "POST", form.action, sent, headers, initiator=answer.url)
        if self.plan.client.post_sign_out_uri or shows_error(answer, page):
            return Done(Ending.SIGN_OUT_FAILED, "the provider signs the person out and leads back to the client")
        return Done(Ending.OK, "signed out")

    def _follow(self, answer: Answer) -> Ask | Done:
        target = joined(answer.url, answer.header("location"))
        if target is None:
            return Done(Ending.BAD_REDIRECT, "a redirect to an address that can be read")
        back = self.plan.client.post_sign_out_uri
        if not back or page_of(target) != page_of(back):
            return self._get(target)
        # §3: the state comes back, if it was sent. The address itself is not opened.
        if query_of(target).get("state", self._state) != self._state:
            return Done(Ending.STATE_MISMATCH, "the state of the sign-out comes back as it was sent")
        return Done(Ending.OK, "signed out")

    @property
    def _state(self) -> str:
        return self.plan.occasion.word("sign-out state")

    def _get(self, url: str) -> Ask:
        return Ask(_STEP, "GET", url, secrets=(self.id_token,), initiator=self.plan.client.redirect_uri)
