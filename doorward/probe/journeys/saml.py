"""`saml`: from a service provider's protected page through the identity provider's form and back, by POST or redirect.

The pages are the shared sign-in's; this reads what the browser carries between the two sides, so that the end has a
name: no request, no response, a status that is no success, and what was wrong with an assertion that was refused.
Source: SAML 2.0 profiles section 4.1 (web browser SSO), core sections 2.5.1 and 3.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from doorward.probe.ends import soon
from doorward.probe.exchange import Answer, Ask, Done, Ending
from doorward.probe.journeys.sign_in import NoWitness, SignIn
from doorward.probe.plan import ProbePlan
from doorward.probe.saml_message import Message, Unreadable, posted, redirected

# What every service provider forgives at least: a clock that is off by so much is no reason.
_SKEW = timedelta(seconds=1)


class SamlEnding(StrEnum):
    """Why a sign-in by SAML ended, where others have no such end."""

    NO_REQUEST = "no-saml-request"
    NO_RESPONSE = "no-saml-response"
    UNREADABLE = "saml-message-unreadable"
    STATUS = "saml-status-not-success"
    DESTINATION = "saml-destination"
    AUDIENCE = "saml-audience"
    ANSWERS_ANOTHER = "saml-answers-another-request"
    EXPIRED = "saml-assertion-expired"
    NOT_YET = "saml-assertion-not-yet-valid"
    REFUSED = "saml-assertion-refused"


def saml_journey(plan: ProbePlan) -> SamlSignIn:
    """Sign in across the two sides; with `return_url`, come back from the next address."""
    return SamlSignIn(plan, SignIn(plan, NoWitness(), alternates=True))


@dataclass(slots=True)
class SamlSignIn:
    """The shared sign-in, and what was carried meanwhile. `opened` are the pages before the request went out."""

    plan: ProbePlan
    pages: SignIn
    request: Message | None = None
    response: Message | None = None
    taken_to: str = field(default="", repr=False)
    opened: set[str] = field(default_factory=set, repr=False)

    def start(self) -> Ask:
        """Open the protected page."""
        self.opened.add(_page(self.plan.start_url))
        return self.pages.start()

    def receive(self, answer: Answer) -> Ask | Done:
        """What the shared sign-in says, with the messages read on the way."""
        just_given = self.taken_to == answer.url
        said = self.pages.receive(answer)
        if isinstance(said, Ask):
            return self._carry(said)
        return self._noted(self._named(said, answer, just_given))

    def _carry(self, ask: Ask) -> Ask | Done:
        query = {name: values[0] for name, values in parse_qs(urlsplit(ask.url).query).items()}
        # A sign-in form may keep the request among its hidden fields: that is no message to anybody.
        form = {} if ask.carries_password else dict(ask.form or ())
        try:
            if "SAMLRequest" in form or "SAMLRequest" in query:
                self.request = (
                    posted(form["SAMLRequest"]) if "SAMLRequest" in form else redirected(query["SAMLRequest"])
                )
                self.response = None
            elif "SAMLResponse" in form:
                return self._give(ask, posted(form["SAMLResponse"]))
        except Unreadable:
            return Done(SamlEnding.UNREADABLE, "a message of SAML 2.0 between the two sides")
        if self.request is None:
            self.opened.add(_page(ask.url))
        return ask

    def _give(self, ask: Ask, response: Message) -> Ask | Done:
        self.response, self.taken_to = response, ask.url
        if response.is_success:
            return ask
        expected = f"the identity provider answers Success; it answered {response.said}"
        return self._noted(Done(SamlEnding.STATUS, expected))

    def _named(self, done: Done, answer: Answer, just_given: bool) -> Done:
        if done.is_good:
            return self._complete(answer) or done
        refused = done.reason in (Ending.ERROR_PAGE, Ending.SENT_BACK, Ending.CSRF_REFUSED)
        if self.response is None or not (refused or (just_given and done.reason.startswith("http-"))):
            return done
        reason, expected = self._why(self.response, answer.at or self.plan.occasion.now)
        return replace(done, reason=reason, expected=f"{expected} (it ended as {done.reason})")

    def _complete(self, answer: Answer) -> Done | None:
        """What is missing of a sign-in that ended well, as far as the pages tell."""
        if self.request is None:
            return Done(SamlEnding.NO_REQUEST, "the protected page sends the person to the identity provider")
        if self.response is None:
            return Done(SamlEnding.NO_RESPONSE, "the identity provider sends the person back with a SAMLResponse")
        page = _page(answer.url)
        if page in self.opened or self.plan.expect_text or self.plan.return_url:
            return None
        return Done(Ending.WRONG_PAGE, "back at the protected page that was asked for (RelayState)")

    def _why(self, response: Message, moment: datetime) -> tuple[str, str]:
        """What is wrong with the response that the service provider refused, as far as a browser can tell."""
        request = self.request or Message()
        if response.destination and _page(response.destination) != _page(self.taken_to):
            return SamlEnding.DESTINATION, "a response for the address that it is sent to"
        if request.issuer and response.audiences and request.issuer not in response.audiences:
            return SamlEnding.AUDIENCE, "an assertion for the service provider that asked"
        if request.id and response.in_response_to and response.in_response_to != request.id:
            return SamlEnding.ANSWERS_ANOTHER, "an answer to the request that was made"
        if response.ends is not None and response.ends <= moment - _SKEW:
            return SamlEnding.EXPIRED, "an assertion that has not expired when it arrives: compare the clocks"
        if response.begins is not None and response.begins > moment + _SKEW:
            return SamlEnding.NOT_YET, "an assertion that is valid already: compare the clocks"
        return SamlEnding.REFUSED, "the service provider takes the assertion: its log tells why it does not"

    def _noted(self, done: Done) -> Done:
        ends = self.response.certificate_ends if self.response else None
        noted = soon("the identity provider's signing certificate", ends, self.plan.occasion.now)
        return replace(done, notes=(*done.notes, *noted))


def _page(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]
