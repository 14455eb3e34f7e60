"""Liveness: what the health path answers, how soon, and what its clock says."""

from __future__ import annotations

from urllib.parse import SplitResult

from doorward.diagnose.examinations.fetch import fetch, usable
from doorward.diagnose.examined import Examination, LivenessExamined, NotExamined
from doorward.diagnose.examinee import Examinee

# Asked twice at most, so that one hiccup is no fault; together within the bound of a round.
ANSWER_S = 1.3
ASK_AGAIN_MS = 500.0


def examine_liveness(examinee: Examinee) -> LivenessExamined | NotExamined:
    """GET the health path, a second time if the answer was slow or lacking; the better answer counts."""
    if not examinee.health_url:
        return NotExamined(Examination.LIVENESS, examinee.component, "no health path is configured", applies=False)
    url = usable(examinee.health_url)
    if url is None:
        return NotExamined(Examination.LIVENESS, examinee.component, "the health address is not a URL")
    first = _ask(examinee.component, url)
    if first.status is not None and first.ms < ASK_AGAIN_MS:
        return first
    second = _ask(examinee.component, url)
    return second if second.status is not None else first


def _ask(component: str, url: SplitResult) -> LivenessExamined:
    answer = fetch(url, ANSWER_S)
    return LivenessExamined(component, answer.status, answer.ms, answer.problem, answer.ahead_s)
