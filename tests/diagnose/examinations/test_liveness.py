"""The liveness examination against real HTTP answers, a hang-up and a closed port."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doorward.diagnose.examinations.liveness import examine_liveness
from doorward.diagnose.examined import LivenessExamined, NotExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

Start = Callable[[Callable[[bytes], bytes]], int]


def examined(url: str) -> LivenessExamined:
    """The result, which must be one."""
    result = examine_liveness(Examinee("auth", Role.PROVIDER, health_url=url))
    assert isinstance(result, LivenessExamined)
    return result


@pytest.mark.parametrize("status", [200, 302, 500, 503])
def test_the_status_is_told_whatever_it_is(answering: Start, status: int) -> None:
    line = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nLocation: /elsewhere\r\n\r\n" % status
    result = examined(f"http://127.0.0.1:{answering(lambda _: line)}/healthz")
    assert result.status == status
    assert result.problem == ""


def test_a_closed_port_and_a_hang_up_are_no_answer(answering: Start, unused_port: int) -> None:
    closed = examined(f"http://127.0.0.1:{unused_port}/healthz")
    hung_up = examined(f"http://127.0.0.1:{answering(lambda _: b'')}/healthz")
    assert (closed.status, closed.problem) == (None, "no connection")
    assert hung_up.status is None
    assert hung_up.problem


def test_a_second_answer_mends_a_hiccup(answering: Start) -> None:
    answers = iter([b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])
    assert examined(f"http://127.0.0.1:{answering(lambda _: next(answers))}/healthz").status == 200


@pytest.mark.parametrize(("url", "applies"), [("", False), ("http://[::1/healthz", True)])
def test_without_a_usable_address_nothing_is_examined(url: str, applies: bool) -> None:
    result = examine_liveness(Examinee("auth", Role.PROVIDER, health_url=url))
    assert isinstance(result, NotExamined)
    assert result.applies is applies
