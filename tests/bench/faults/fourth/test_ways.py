"""What does not arrive where a building is cut off."""

from __future__ import annotations

from bench.faults.fourth.ways import without_school

PAGE = b"GET /courses/ HTTP/1.1\r\nX-Forwarded-For: %s\r\n\r\n"


def test_what_comes_by_the_exit_of_the_school_is_lost_and_all_else_arrives() -> None:
    assert without_school(PAGE % b"203.0.113.18") == b""
    assert without_school(PAGE % b"198.18.3.10") == PAGE % b"198.18.3.10"
    assert without_school(b"GET /healthz HTTP/1.1\r\n\r\n") == b"GET /healthz HTTP/1.1\r\n\r\n"
