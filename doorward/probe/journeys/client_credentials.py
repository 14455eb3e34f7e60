"""`client-credentials`: a program signs in as itself. Source: RFC 6749 §4.4, RFC 7662.

The same settings as `openid`, without an account: discovery, a token, and whether the provider takes it for active.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.journeys import client
from doorward.probe.journeys.client import Metadata
from doorward.probe.plan import ProbePlan

_DONE = Done(Ending.OK, "a token for the client")


class _Active(msgspec.Struct, frozen=True):
    active: bool


def client_credentials_journey(plan: ProbePlan) -> ClientCredentials:
    """A token for the plan's client at its issuer."""
    return ClientCredentials(plan)


@dataclass(slots=True)
class ClientCredentials:
    """Discovery, token, introspection, in this order; `step` is the one that is being answered."""

    plan: ProbePlan
    step: str = "discovery"
    metadata: Metadata = field(default_factory=lambda: Metadata("", ""), repr=False)

    def start(self) -> Ask:
        """Ask what the issuer offers."""
        return client.discovery(self.plan)

    def receive(self, answer: Answer) -> Ask | Done:
        """Read the answer of the step."""
        if self.step == "discovery":
            return self._ask_token(answer)
        if self.step == "token":
            return self._ask_whether_active(answer)
        found = client.read(answer, _Active) if answer.status == 200 else None
        if found is None and answer.status != 200:
            return Done(http_reason(answer.status), "introspection answers whether the token is active")
        if found is None or not found.active:
            return Done(Ending.TOKEN_NOT_ACTIVE, "introspection says that the access token of a moment ago is active")
        return _DONE

    def _ask_token(self, answer: Answer) -> Ask | Done:
        found = client.metadata(self.plan, answer)
        if isinstance(found, Done):
            return found
        self.metadata, self.step = found, "token"
        # A client without a person asks for no ID token.
        scope = " ".join(word for word in self.plan.client.scope.split() if word not in ("openid", "offline_access"))
        form = (("grant_type", "client_credentials"), *((("scope", scope),) if scope else ()))
        return client.token_request(self.plan, found, self.step, form)

    def _ask_whether_active(self, answer: Answer) -> Ask | Done:
        found = client.tokens(answer)
        if isinstance(found, Done):
            return found
        if "introspection" not in self.plan.then or not self.metadata.introspection_endpoint:
            return _DONE
        self.step = "introspection"
        form = (("token", found.access_token), ("token_type_hint", "access_token"))
        return client.token_request(self.plan, self.metadata, self.step, form, self.metadata.introspection_endpoint)
