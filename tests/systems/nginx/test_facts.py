"""What a configuration of nginx says of the service behind it: the headers that come with a request."""

from __future__ import annotations

import pytest

from doorward.model.fact import Flow
from doorward.systems.nginx.document import parse
from doorward.systems.nginx.facts import facts

HOST = "proxy_set_header Host $host;"
PROTO = "proxy_set_header X-Forwarded-Proto $scheme;"
PASS = "proxy_pass http://app;"


def _headers(text: str) -> list[tuple[str, ...] | None]:
    return [fact.values for fact in facts(parse(text, "site.conf")) if isinstance(fact, Flow)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"server {{ {HOST} location / {{ {PASS} {PROTO} }} }}", ("x-forwarded-proto",)),
        (f"server {{ {HOST} {PROTO} location / {{ {PASS} }} }}", ("host", "x-forwarded-proto")),
        (f"http {{ {PROTO} server {{ location / {{ {PASS} }} }} }}", ("x-forwarded-proto",)),
        (
            f"server {{ location /a {{ {PASS} {HOST} }} location /b {{ {PASS} {PROTO} }} }}",
            ("host", "x-forwarded-proto"),
        ),
        (f'server {{ location / {{ {PASS} proxy_set_header X-Forwarded-Proto ""; }} }}', ()),
        (f"server {{ location / {{ {PASS} }} }}", ()),
        (f"server {{ location / {{ {PASS} include /etc/nginx/headers; }} }}", None),
    ],
)
def test_the_headers_of_what_is_passed_on_are_told_as_nginx_inherits_them(
    text: str, names: tuple[str, ...] | None
) -> None:
    assert _headers(text) == [names]


@pytest.mark.parametrize(
    "text",
    [
        f"server {{ {PROTO} location / {{ root /srv; }} }}",
        f"server {{ location = /auth {{ internal; {PASS} {PROTO} }} }}",
    ],
)
def test_where_nothing_is_passed_on_nothing_is_told(text: str) -> None:
    assert _headers(text) == []
