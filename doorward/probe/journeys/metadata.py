"""`metadata`: what a provider publishes of itself, looked at as its clients do: nobody signs in.

`issuer` = an OpenID issuer: its discovery document and its keys. `start` = the address of a discovery document, or of
SAML metadata. What will end soon is a note; what keeps clients out ends the journey with a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from doorward.errors import Problem
from doorward.probe.discovery import (
    WELL_KNOWN,
    document,
    document_notes,
    document_problems,
    key_notes,
    key_problems,
)
from doorward.probe.ends import soon
from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.plan import ProbePlan
from doorward.probe.saml_message import Unreadable
from doorward.probe.saml_metadata import read_metadata

_EXPECTED = "metadata that clients can use"


def metadata_journey(plan: ProbePlan) -> PublishedMetadata:
    """Look at what the issuer, or the start address, publishes."""
    return PublishedMetadata(plan)


@dataclass(slots=True)
class PublishedMetadata:
    """The machine: the document, and the keys that it names."""

    plan: ProbePlan
    has_document: bool = False
    notes: list[str] = field(default_factory=list)

    def start(self) -> Ask:
        """Fetch the document."""
        issuer = self.plan.issuer
        return Ask("metadata", "GET", issuer.rstrip("/") + WELL_KNOWN if issuer else self.plan.start_url)

    def receive(self, answer: Answer) -> Ask | Done:
        """Look at it, and fetch the keys."""
        if answer.status != 200:
            return self._done(http_reason(answer.status), "an answer with 200")
        if self.has_document:
            return self._keys(answer)
        is_json = self.plan.issuer or answer.text.lstrip().startswith("{")
        return self._issuer(answer) if is_json else self._saml(answer)

    def _issuer(self, answer: Answer) -> Ask | Done:
        found = document(answer.text)
        if found is None:
            return self._done(Ending.DISCOVERY_INVALID, "a discovery document in JSON")
        issuer = self.plan.issuer or self.plan.start_url.removesuffix(WELL_KNOWN)
        problems = document_problems(found, issuer, answer.url)
        self.notes.extend(document_notes(found, issuer))
        if problems:
            return self._refused(Ending.DISCOVERY_INVALID, problems)
        self.has_document = True
        return Ask("keys", "GET", found.jwks_uri)

    def _keys(self, answer: Answer) -> Done:
        problems = key_problems(answer.text, answer.url)
        if problems:
            return self._refused(Ending.KEYS_INVALID, problems)
        now = self.plan.occasion.now
        self.notes.extend(key_notes(answer.text, answer.header("cache-control"), now))
        return self._done(Ending.OK, _EXPECTED)

    def _saml(self, answer: Answer) -> Done:
        now = self.plan.occasion.now
        try:
            found = read_metadata(answer.text)
        except Unreadable:
            return self._done(Ending.DISCOVERY_INVALID, "SAML metadata in XML")
        self.notes.extend(soon("the metadata", found.ends, now))
        for number, ends in enumerate(found.certificates, start=1):
            self.notes.extend(soon(f"certificate {number} of the metadata", ends, now))
        if found.ends is not None and found.ends <= now:
            return self._done(Ending.DISCOVERY_INVALID, "metadata that is still valid (validUntil)")
        if not found.endpoints:
            return self._done(Ending.DISCOVERY_INVALID, "metadata with an address to sign in at")
        if found.certificates and max(found.certificates) <= now:
            return self._done(Ending.KEYS_INVALID, "a certificate of the metadata that has not ended")
        return self._done(Ending.OK, _EXPECTED)

    def _refused(self, reason: Ending, problems: tuple[Problem, ...]) -> Done:
        return self._done(reason, f"{_EXPECTED}: {'; '.join(problem.what for problem in problems)}")

    def _done(self, reason: str, expected: str) -> Done:
        return Done(reason, expected, tuple(self.notes))
