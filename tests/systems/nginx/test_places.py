"""Which location answers, and what holds there: as nginx chooses and inherits."""

from __future__ import annotations

import pytest

from doorward.systems.nginx.document import parse
from doorward.systems.nginx.places import answering, every, servers

_TEXT = """http {
  proxy_set_header A 1;
  server {
    location / { }
    location /app/ { proxy_set_header B 2; location /app/deep/ { } }
    location = /app/one { }
    location ^~ /static/ { }
    location ~ \\.php$ { }
    location ~* ^/OAUTH2/ { }
    location @named { }
  }
}
"""


@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("/", "/"),
        ("/app/one", "= /app/one"),
        ("/app/two", "/app/"),
        ("/app/deep/x", "/app/deep/"),
        ("/static/a.php", "^~ /static/"),
        ("/app/a.php", "~ \\.php$"),
        ("/oauth2/callback", "~* ^/OAUTH2/"),
    ],
)
def test_the_location_is_chosen_as_nginx_chooses(path: str, answers: str) -> None:
    (server,) = servers(parse(_TEXT, "nginx.conf"))
    place = answering(server, path)
    assert place is not None
    assert " ".join(place.self.words) == answers


def test_a_pattern_that_cannot_be_read_leaves_it_open() -> None:
    (server,) = servers(parse('server { location ~ "(?<a-b>x)" { } }', "nginx.conf"))
    assert answering(server, "/") is None


def test_a_level_with_a_header_of_its_own_inherits_none() -> None:
    held = {
        " ".join(place.self.words): [one.words[0] for one in place.held("proxy_set_header")]
        for place in every(parse(_TEXT, "nginx.conf"))
    }
    assert held["/"] == ["A"]
    assert held["/app/"] == held["/app/deep/"] == ["B"]


def test_an_include_that_is_not_read_leaves_the_rest_open() -> None:
    (place,) = every(parse("server { include conf.d/*.conf; location / { } }", "nginx.conf"))
    assert not place.is_whole
    (place,) = every(parse("server { include /etc/nginx/mime.types; location / { } }", "nginx.conf"))
    assert place.is_whole
