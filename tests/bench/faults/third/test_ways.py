"""What a filter on the way drops."""

from __future__ import annotations

from bench.faults.third.ways import without_forms


def test_forms_are_dropped_also_when_they_come_in_two_pieces() -> None:
    assert without_forms(b"POST /sign-in/ HTTP/1.1\r\n\r\n") == b""
    assert without_forms(b"csrfmiddlewaretoken=t&username=a") == b""
    assert without_forms(b"GET /sign-in/ HTTP/1.1\r\n\r\n") == b"GET /sign-in/ HTTP/1.1\r\n\r\n"
