"""Upstream: do the services that others keep, and that sign-in needs, answer?"""

from __future__ import annotations

from doorward.diagnose.examinations.fetch import fetch, usable
from doorward.diagnose.examined import Examination, NotExamined, UpstreamExamined
from doorward.diagnose.examinee import Examinee

ANSWER_S = 1.2
# Asked one after the other: with more, the round's bound would cut off the last.
MOST = 2


def examine_upstream(examinee: Examinee) -> UpstreamExamined | NotExamined:
    """GET each; the first that does not answer well counts, else the slowest. Any answer below 500 is a good one: that
    page may want a sign-in, or not be there, but its keeper's servers work."""
    if not examinee.upstream:
        because = "no service of others is configured"
        return NotExamined(Examination.UPSTREAM, examinee.component, because, applies=False)
    urls = [usable(address) for address in examinee.upstream[:MOST]]
    if None in urls:
        return NotExamined(Examination.UPSTREAM, examinee.component, "an address of a service of others is not a URL")
    results = []
    for url in urls:
        assert url is not None
        answer = fetch(url, ANSWER_S)
        place = f"{url.scheme}://{url.hostname}:{url.port or (443 if url.scheme == 'https' else 80)}"
        results.append(UpstreamExamined(examinee.component, place, answer.status, answer.ms, answer.problem))
    return max(results, key=lambda result: (result.status is None or result.status >= 500, result.ms))
