"""An issuer's address in; its discovery document and keys looked at: steps and problems out.

Source: OpenID Connect Discovery 1.0 §4.3 (the issuer must be equal to the one asked), RFC 7517 (key sets).
"""

from __future__ import annotations

import time

import msgspec

from doorward.errors import Problem
from doorward.model.journey import Step
from doorward.probe.exchange import Answer, Ask
from doorward.probe.plan import ProbePlan
from doorward.probe.redaction import Redactor
from doorward.probe.transport import Browser, Fault

_WELL_KNOWN = "/.well-known/openid-configuration"


class Metadata(msgspec.Struct, frozen=True):
    """What is read of a discovery document."""

    issuer: str = ""
    jwks_uri: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""


class KeySet(msgspec.Struct, frozen=True):
    """What is read of a key set: how many keys."""

    keys: tuple[dict[str, object], ...] = ()


def discover(issuer_url: str, timeout_s: float = 5.0) -> tuple[tuple[Step, ...], tuple[Problem, ...]]:
    """Fetch the discovery document and the keys it names; the second is left out when the first does not read."""
    plan = ProbePlan("discovery", "oidc", issuer_url, timeout_s=timeout_s, total_s=2 * timeout_s)
    with Browser(plan) as browser:
        step, answer, problems = _fetch(browser, "discovery", issuer_url.rstrip("/") + _WELL_KNOWN)
        metadata = _metadata(answer)
        if metadata is None:
            return (step,), problems or (
                _problem("discovery.unreadable", "the discovery document is not JSON", step.url),
            )
        found = _compare(metadata, issuer_url, step.url)
        if not metadata.jwks_uri:
            return (step,), found
        keys_step, keys_answer, keys_problems = _fetch(browser, "keys", metadata.jwks_uri)
        return (step, keys_step), (*found, *(keys_problems or _key_problems(keys_answer, keys_step.url)))


def _fetch(browser: Browser, name: str, url: str) -> tuple[Step, Answer | None, tuple[Problem, ...]]:
    shown = Redactor().address(url)
    begun = time.perf_counter()
    try:
        answer = browser.ask(Ask(name, "GET", url))
    except Fault as fault:
        step = Step(name, "GET", shown, None, _ms_since(begun), fault.ending)
        return step, None, (_problem(f"discovery.{fault.ending}", f"{name}: no answer ({fault.ending})", shown),)
    step = Step(name, "GET", shown, answer.status, _ms_since(begun))
    if answer.status != 200:
        return step, None, (_problem("discovery.status", f"{name}: HTTP {answer.status}, not 200", shown),)
    return step, answer, ()


def _metadata(answer: Answer | None) -> Metadata | None:
    if answer is None:
        return None
    try:
        return msgspec.json.decode(answer.text, type=Metadata)
    except msgspec.DecodeError:
        return None


def _compare(metadata: Metadata, issuer_url: str, where: str) -> tuple[Problem, ...]:
    problems = []
    if metadata.issuer != issuer_url:
        what = "the discovery document names another issuer than the address it was asked at"
        problems.append(_problem("discovery.issuer", what, where, "clients compare the two character by character"))
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not getattr(metadata, name):
            problems.append(_problem("discovery.missing", f"the discovery document lacks {name}", where))
    return tuple(problems)


def _key_problems(answer: Answer | None, where: str) -> tuple[Problem, ...]:
    try:
        keys = msgspec.json.decode(answer.text if answer else "{}", type=KeySet).keys
    except msgspec.DecodeError:
        return (_problem("discovery.keys", "the key set is not JSON", where),)
    return () if keys else (_problem("discovery.keys", "the key set holds no key", where),)


def _problem(code: str, what: str, where: str, fix: str = "") -> Problem:
    return Problem(code, what, where, fix)


def _ms_since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 1)
