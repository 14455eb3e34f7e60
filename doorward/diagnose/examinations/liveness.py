"""Liveness: what the health path answers, and how soon."""

from __future__ import annotations

import time

import httpx

from doorward.diagnose.examined import Examination, LivenessExamined, NotExamined
from doorward.diagnose.examinee import Examinee

# Asked twice at most, so that one hiccup is no fault; together within the bound of a round.
ANSWER_S = 1.4
ASK_AGAIN_MS = 500.0


def examine_liveness(examinee: Examinee) -> LivenessExamined | NotExamined:
    """GET the health path, a second time if the answer was slow or lacking; the better answer counts."""
    if not examinee.health_url:
        return NotExamined(Examination.LIVENESS, examinee.component, "no health path is configured", applies=False)
    first = _ask(examinee)
    if isinstance(first, NotExamined) or (first.status is not None and first.ms < ASK_AGAIN_MS):
        return first
    second = _ask(examinee)
    return second if isinstance(second, LivenessExamined) and second.status is not None else first


def _ask(examinee: Examinee) -> LivenessExamined | NotExamined:
    """One GET, without proxies from the environment; redirects and errors are answers too."""
    began = time.monotonic()
    try:
        with (
            httpx.Client(timeout=ANSWER_S, trust_env=False) as client,
            client.stream("GET", examinee.health_url) as answer,
        ):
            return LivenessExamined(examinee.component, answer.status_code, _ms(began))
    except httpx.TimeoutException:
        return LivenessExamined(examinee.component, None, _ms(began), f"no answer within {ANSWER_S:g} s")
    except httpx.ConnectError:
        return LivenessExamined(examinee.component, None, _ms(began), "no connection")
    except httpx.InvalidURL:
        return NotExamined(Examination.LIVENESS, examinee.component, "the health address is not a URL")
    except httpx.HTTPError as error:
        return LivenessExamined(examinee.component, None, _ms(began), type(error).__name__)


def _ms(began: float) -> float:
    return (time.monotonic() - began) * 1000
