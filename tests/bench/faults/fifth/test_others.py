"""What a provider or a browser that changed makes of what is sent."""

from __future__ import annotations

from random import Random

from bench.faults.fifth.others import busy, cuts_addresses, is_of_bad_node, of_before
from bench.faults.third.gateway import Asked

LONG = b"/o/authorize/?" + b"x" * 200
HEAD = b" HTTP/1.1\r\nUser-Agent: %s\r\n\r\n"


def test_every_second_network_at_home_is_next_to_the_bad_node() -> None:
    sources = [f"198.18.{number}.10" for number in range(6)]
    hit = [source for source in sources if is_of_bad_node((("X-Forwarded-For", source),))]
    assert hit == ["198.18.0.10", "198.18.2.10", "198.18.4.10"]
    assert not is_of_bad_node((("X-Forwarded-For", "203.0.113.18"),))
    assert not is_of_bad_node(())


def test_three_of_five_are_told_that_the_provider_is_busy() -> None:
    instead = busy(Random(1))
    answers = [instead(Asked("GET", "/sign-in/")) for _ in range(100)]
    assert 45 <= sum(answer is not None and answer.status == 503 for answer in answers) <= 75


def test_the_token_of_another_day_takes_the_place_of_the_forms_own() -> None:
    assert of_before(b"csrfmiddlewaretoken=xyz&username=a") == b"csrfmiddlewaretoken=" + b"a" * 64 + b"&username=a"


def test_chromium_alone_cuts_long_addresses() -> None:
    sent = b"GET " + LONG + HEAD % b"Chrome/141"
    assert cuts_addresses(sent) == b"GET " + LONG[:120] + HEAD % b"Chrome/141"
    assert cuts_addresses(sent.replace(b"Chrome", b"Firefox")) == sent.replace(b"Chrome", b"Firefox")
    assert cuts_addresses(b"GET /courses/" + HEAD % b"Chrome/141") == b"GET /courses/" + HEAD % b"Chrome/141"
