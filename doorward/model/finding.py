"""Findings: what a rule says of a configuration or of a change to it, in terms of what happens to people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorward.model.fact import Where


class Severity(StrEnum):
    """What a finding does to people; never a CVSS word."""

    OUTAGE = "outage"
    PARTIAL = "partial"
    LATENT = "latent"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst; used to sort and to compare with `--fail-on`."""
        return list(Severity).index(self)


class What(StrEnum):
    """What breaks: the start, one of the eight probes of a Rehearsal, or a later exchange."""

    START = "start"
    EXISTING_SESSION = "existing-session"
    OPEN_FORM = "open-form"
    ANONYMOUS_VISIT = "anonymous-visit"
    STALE_COOKIE_SIGN_IN = "stale-cookie-sign-in"
    NEW_SIGN_IN = "new-sign-in"
    SIGN_IN_NO_RETURN = "sign-in-no-return"
    SSO_RETURN = "sso-return"
    OTHER_WORKER = "other-worker"
    TOKEN_REFRESH = "token-refresh"
    SIGN_OUT = "sign-out"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Effect:
    """Who × what × when × symptom, in people's words."""

    who: str
    what: tuple[What, ...]
    when: str
    symptom: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that differs between two configurations; secrets appear as keyed digests only."""

    pointer: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one place. `fingerprint` is stable: rule and pointer, never the line."""

    rule: str
    severity: Severity
    effect: Effect
    message: str
    fix: str
    where: Where
    change: Difference | None
    fingerprint: str
