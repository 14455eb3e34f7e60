"""What does not arrive where the school's line is down."""

from __future__ import annotations

from bench.faults.fifth.ways import without_homes

PAGE = b"GET /courses/ HTTP/1.1\r\nX-Forwarded-For: %s\r\n\r\n"


def test_what_comes_from_homes_is_lost_and_all_else_arrives() -> None:
    assert without_homes(PAGE % b"198.18.3.10") == b""
    assert without_homes(PAGE % b"203.0.113.18") == PAGE % b"203.0.113.18"
    assert without_homes(b"GET /healthz HTTP/1.1\r\n\r\n") == b"GET /healthz HTTP/1.1\r\n\r\n"
