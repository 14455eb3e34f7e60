"""The upstream examination on real small servers: any answer below 500 is a good one."""

from __future__ import annotations

from collections.abc import Callable

from doorward.diagnose.examinations.upstream import examine_upstream
from doorward.diagnose.examined import NotExamined, UpstreamExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

Start = Callable[[Callable[[bytes], bytes]], int]


def examined(*addresses: str) -> UpstreamExamined:
    result = examine_upstream(Examinee("portal", Role.CLIENT, upstream=addresses))
    assert isinstance(result, UpstreamExamined)
    return result


def says(status: str) -> Callable[[bytes], bytes]:
    return lambda _: f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


def test_an_answer_is_told_with_its_place_and_without_the_path(answering: Start) -> None:
    port = answering(says("404 Not Found"))
    result = examined(f"http://127.0.0.1:{port}/secret/path")
    assert (result.status, result.place) == (404, f"http://127.0.0.1:{port}")


def test_of_two_the_one_that_fails_is_told(answering: Start, unused_port: int) -> None:
    well = f"http://127.0.0.1:{answering(says('200 OK'))}"
    sick = f"http://127.0.0.1:{answering(says('503 Service Unavailable'))}"
    gone = f"http://127.0.0.1:{unused_port}"
    assert examined(well, sick).status == 503
    assert examined(gone, well).status is None


def test_without_an_address_or_with_one_that_is_none_it_is_not_examined() -> None:
    none = examine_upstream(Examinee("portal", Role.CLIENT))
    wrong = examine_upstream(Examinee("portal", Role.CLIENT, upstream=("mail",)))
    assert isinstance(none, NotExamined)
    assert isinstance(wrong, NotExamined)
    assert (none.applies, wrong.applies) == (False, True)
