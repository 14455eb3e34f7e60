"""Questions over HTTP: errors say what happened and never what was secret, and no answer is too long to hold."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from doorward.watch.sources import answers as module
from doorward.watch.sources.answers import Answers, Refused, TooLarge
from doorward.watch.sources.patience import Away
from tests.watch.sources.wire import Answer, Wire, serving


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving(lambda asking: Answer({"asked": asking.path})) as made:
        yield made


@pytest.fixture
def answers(wire: Wire) -> Iterator[Answers]:
    with closing(Answers(wire.address, {"Authorization": "Bearer s3cret"})) as made:
        yield made


def test_a_question_carries_the_token_and_its_parameters(wire: Wire, answers: Answers) -> None:
    assert answers.get("/a", {"query": '{app="x"}'}) == {"asked": "/a"}
    assert answers.post("/b", {}, {"size": 1}) == {"asked": "/b"}
    first, second = wire.asked
    assert first.headers["authorization"] == "Bearer s3cret"
    assert first.parameters == {"query": '{app="x"}'}
    assert (second.body, second.headers["content-type"]) == (b'{"size":1}', "application/json")


@pytest.mark.parametrize(
    ("answer", "what", "after_s"),
    [
        (Answer(status=429, headers={"Retry-After": "7"}), "answers 429", 7.0),
        (Answer(status=503), "answers 503", 0.0),
        (Answer(status=500, headers={"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}), "answers 500", 0.0),
        (Answer(b"<html>"), "does not answer in JSON", 0.0),
        (Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}), "refuses: answers 302", 0.0),
        (Answer({"error": "s3cret"}, status=401), "refuses: answers 401", 0.0),
    ],
    ids=["429", "503", "500", "no JSON", "302", "401"],
)
def test_what_is_no_answer_says_why_and_when_to_ask_again(
    wire: Wire, answers: Answers, answer: Answer, what: str, after_s: float
) -> None:
    wire.answer = lambda asking: answer
    with pytest.raises(Away) as caught:
        answers.get("/a", {})
    assert (caught.value.what, caught.value.after_s) == (what, after_s)
    assert isinstance(caught.value, Refused) == what.startswith("refuses")


def test_an_answer_that_is_too_long_is_not_held(wire: Wire, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ANSWER_BYTES", 1000)
    wire.answer = lambda asking: Answer(["x"] * 1000)
    with pytest.raises(TooLarge):
        answers.get("/a", {})


def test_who_is_gone_or_falls_silent_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with closing(Answers(address, {})) as answers, pytest.raises(Away, match="does not answer: ReadTimeout"):
            answers.get("/a", {})
    with closing(Answers(address, {})) as answers, pytest.raises(Away, match="does not answer: ConnectError"):
        answers.get("/a", {})
