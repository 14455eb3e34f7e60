"""Liveness: what the health path answers, and how soon."""

from __future__ import annotations

import http.client
import time
from urllib.parse import SplitResult, urlsplit

from doorward.diagnose.examined import Examination, LivenessExamined, NotExamined
from doorward.diagnose.examinee import Examinee

# Asked twice at most, so that one hiccup is no fault; together within the bound of a round.
ANSWER_S = 1.3
ASK_AGAIN_MS = 500.0


def examine_liveness(examinee: Examinee) -> LivenessExamined | NotExamined:
    """GET the health path, a second time if the answer was slow or lacking; the better answer counts."""
    if not examinee.health_url:
        return NotExamined(Examination.LIVENESS, examinee.component, "no health path is configured", applies=False)
    try:
        url = urlsplit(examinee.health_url)
        usable = url.scheme in ("http", "https") and url.hostname is not None and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        return NotExamined(Examination.LIVENESS, examinee.component, "the health address is not a URL")
    first = _ask(examinee.component, url)
    if first.status is not None and first.ms < ASK_AGAIN_MS:
        return first
    second = _ask(examinee.component, url)
    return second if second.status is not None else first


def _ask(component: str, url: SplitResult) -> LivenessExamined:
    """One GET, without proxies from the environment; redirects and errors are answers too.

    `http.client` rather than httpx: making one of its clients takes longer than the answer that is timed.
    """
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=ANSWER_S)
    began = time.monotonic()
    try:
        connection.request("GET", url.path or "/", headers={"User-Agent": "doorward"})
        status = connection.getresponse().status
        return LivenessExamined(component, status, _ms(began))
    except TimeoutError:
        return LivenessExamined(component, None, _ms(began), f"no answer within {ANSWER_S:g} s")
    except ConnectionRefusedError:
        return LivenessExamined(component, None, _ms(began), "no connection")
    except (OSError, http.client.HTTPException) as error:
        return LivenessExamined(component, None, _ms(began), type(error).__name__)
    finally:
        connection.close()


def _ms(began: float) -> float:
    return (time.monotonic() - began) * 1000
