"""What journeys and drivers say to each other shows no secret by accident."""

from __future__ import annotations

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason


def test_neither_a_request_nor_an_answer_shows_more_than_its_bare_bones() -> None:
    ask = Ask("sign-in", "POST", "https://x/?code=canary", (("p", "canary"),), (("X-Synthetic", "canary"),))
    answer = Answer(302, "https://x/?code=canary", (("location", "canary"),), "canary", ("s=canary",))
    assert repr(ask) == "Ask(step='sign-in', method='POST', client=0)"
    assert repr(answer) == "Answer(status=302)"
    assert answer.header("location") == "canary"
    assert answer.header("server") == ""


def test_only_ok_is_good() -> None:
    assert Done(Ending.OK, "").is_good
    assert not Done(http_reason(200), "").is_good
    assert http_reason(503) == "http-503"
