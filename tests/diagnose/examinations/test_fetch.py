"""Fetch: bounded in time and bytes, whatever the other side does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest

from doorward.diagnose.examinations.fetch import CUT_OFF, Fetched, fetch, usable

Start = Callable[[Callable[[bytes], bytes]], int]


def fetched(port: int, within_s: float = 1.0, most_bytes: int = 1000) -> Fetched:
    return fetch(urlsplit(f"http://127.0.0.1:{port}/page?x=1"), within_s, most_bytes)


def answer(*headers: str, body: bytes = b"") -> bytes:
    lines = ("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *headers)
    return "\r\n".join((*lines, "", "")).encode() + body


def test_an_answer_is_told_with_its_body_and_the_query_is_sent(answering: Start) -> None:
    asked: list[bytes] = []

    def talk(received: bytes) -> bytes:
        asked.append(received)
        return answer(body=b"hello")

    got = fetched(answering(talk))
    assert (got.status, got.body, got.problem) == (200, b"hello", "")
    assert asked[0].startswith(b"GET /page?x=1 HTTP/1.1\r\n")


@pytest.mark.parametrize("ahead_s", [3600, 0, -3600])
def test_a_date_is_compared_with_our_clock(answering: Start, ahead_s: int) -> None:
    said = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead_s), usegmt=True)
    got = fetched(answering(lambda _: answer(f"Date: {said}")))
    assert got.ahead_s == pytest.approx(ahead_s, abs=3)


@pytest.mark.parametrize("header", ["Date: yesterday", "Date: Mon, 99 Nov 2026 00:00:00 GMT", "X-Other: 1"])
def test_without_a_date_that_reads_nothing_is_said_of_clocks(answering: Start, header: str) -> None:
    assert fetched(answering(lambda _: answer(header))).ahead_s is None


def test_a_huge_body_is_read_to_the_bound_and_no_further(answering: Start) -> None:
    got = fetched(answering(lambda _: answer(body=b"x" * 100_000)), most_bytes=500)
    assert (got.status, len(got.body)) == (200, 500)


def test_no_answer_ends_in_time_and_says_so(answering: Start) -> None:
    began = time.monotonic()
    got = fetched(answering(lambda _: b"HTTP/1.1 200"), within_s=0.3)
    assert (got.status, got.problem) == (None, "no answer within 0.3 s")
    assert time.monotonic() - began < 5


def test_what_is_no_http_is_named(answering: Start, unused_port: int) -> None:
    assert fetched(answering(lambda _: b"SSH-2.0-x\r\n")).problem == "BadStatusLine"
    assert fetched(unused_port).problem == "no connection"


@pytest.mark.parametrize("address", ["ftp://example.org", "http://", "http://[::1", "", "http://example.org:99999/"])
def test_an_address_that_cannot_be_fetched_is_none(address: str) -> None:
    assert usable(address) is None


def test_an_answer_that_is_cut_off_is_told_as_such(answering: Start) -> None:
    got = fetched(answering(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nConnection: close\r\n\r\nhalf"), 0.5)
    assert got.status is None


def test_one_that_hangs_up_in_the_middle_is_cut_off(answering: Start) -> None:
    told: list[bytes] = []

    def half(received: bytes) -> bytes:
        told.append(received)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf" if len(told) == 1 else b""

    port = answering(half)
    assert fetched(port, 0.5).problem in (CUT_OFF, "no answer within 0.5 s")
