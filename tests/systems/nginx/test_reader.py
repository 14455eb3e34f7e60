"""Configurations of nginx: directives with lines and pointers, errors with a line, secrets kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.systems import Target
from doorward.systems.nginx.document import NginxConfiguration, all_of
from doorward.systems.nginx.reader import read, sniff

_CASES = Path(__file__).parents[2] / "cases" / "nginx"
_BASE = _CASES / "base" / "nginx.conf"
CANARY = "canary7f3a91sings"


def test_settings_carry_the_line_of_their_directive() -> None:
    text = _BASE.read_text().splitlines()
    configuration = read(Target("nginx", str(_BASE)))
    assert isinstance(configuration, NginxConfiguration)
    for one in all_of(configuration.directives):
        assert text[one.where.line - 1].split()[0].rstrip(";") == one.name


def test_a_pointer_names_server_location_and_header() -> None:
    configuration = read(Target("nginx", str(_CASES / "header_of_its_own" / "nginx.conf")))
    setting = configuration.setting("server[portal.example.com].location[/live].proxy_set_header[Upgrade]")
    assert setting is not None
    assert setting.shown == "Upgrade $http_upgrade"


def test_what_a_template_fills_in_is_unknown() -> None:
    configuration = read(Target("nginx", str(_CASES / "template" / "nginx.conf")))
    setting = configuration.setting("server[portal.example.com].proxy_set_header[Host]")
    assert setting is not None
    assert setting.shown is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("server {\n  listen 80;\n", "nginx.conf:1"),
        ("server {\n  listen 80\n}\n", "nginx.conf:2"),
        ("server {\n}\n}\n", "nginx.conf:3"),
        ('server {\n  add_header A "b;\n}\n', "nginx.conf:2"),
        ("server {\n  ;\n}\n", "nginx.conf:2"),
        (f"server {{\n  {CANARY}\n}}\n", "nginx.conf:2"),
    ],
)
def test_text_that_nginx_would_not_read_is_refused_with_its_line(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "nginx.conf").write_text(text)
    with pytest.raises(InputInvalid) as refused:
        read(Target("nginx", "nginx.conf", tmp_path))
    assert refused.value.problems[0].where == place
    assert CANARY not in str(refused.value)


def test_braces_within_another_language_and_within_variables_are_no_blocks(tmp_path: Path) -> None:
    text = "server {\n  content_by_lua_block {\n    if x then y = {1} end\n  }\n  set $a ${b}c;\n  listen 80;\n}\n"
    (tmp_path / "nginx.conf").write_text(text)
    configuration = read(Target("nginx", "nginx.conf", tmp_path))
    listen = configuration.setting("server[_].listen")
    assert listen is not None
    assert listen.where.line == 6


def test_two_of_a_name_have_two_pointers(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text("server {\n  listen 80;\n  listen 81;\n}\nserver {\n  listen 82;\n}\n")
    pointers = [setting.pointer for setting in read(Target("nginx", "nginx.conf", tmp_path)).settings]
    assert pointers == ["server[_]", "server[_].listen", "server[_].listen#2", "server[_]#2", "server[_]#2.listen"]


_TEXT = f'''map $http_x_key $door {{
    "{CANARY}-map" 1;
}}
server {{
    server_name portal.example.com;
    secure_link_md5 "$uri {CANARY}-link";
    set $api_token "{CANARY}-token";
    set $other "{CANARY}-other";
    if ($http_x_key = "{CANARY}-if") {{
        return 200 "{CANARY}-return";
    }}
    location /auth/ {{
        proxy_set_header Authorization "Basic {CANARY}-basic";
        proxy_set_header X-Api-Key {CANARY}-header;
        proxy_pass http://user:{CANARY}-url@127.0.0.1:8080;
        auth_jwt_key_request /{CANARY}-jwt;
        content_by_lua_block {{ local key = "{CANARY}-lua" }}
        proxy_buffer_size 1k;
    }}
}}
'''


def test_no_secret_comes_out(tmp_path: Path) -> None:
    (tmp_path / "old.conf").write_text(_TEXT.replace(CANARY, "other"))
    (tmp_path / "new.conf").write_text(_TEXT)
    old, new = (check.read(Target("nginx", name, tmp_path)) for name in ("old.conf", "new.conf"))
    found = check.findings(new, old)
    told = [check.render(found, (Target("nginx", "new.conf", tmp_path),), form) for form in check.FORMATS]
    assert found
    assert CANARY not in "\n".join([repr(new), repr(check.differences(old, new)), *told])


def test_content_tells_nginx_from_others() -> None:
    assert sniff("anything", _BASE.read_bytes())
    assert sniff("anything", b"upstream a {\n  server b;\n}\nserver {\n  listen 80;\n}\n")
    assert not sniff("Caddyfile", b"portal.example.com {\n  reverse_proxy 127.0.0.1:8080\n}\n")
    assert not sniff("realm.json", b'{"realm": "a", "enabled": true}')
    assert not sniff("main.tf", b'server "a" {\n  listen = 80\n}\n')


@pytest.mark.parametrize("broken", ["proxy_set_he\nader Authorization", "proxy_set_header Au\nthorization"])
def test_the_secret_of_a_header_whose_line_is_broken_does_not_come_out(tmp_path: Path, broken: str) -> None:
    (tmp_path / "nginx.conf").write_text(f'server {{\n {broken} "Basic {CANARY}";\n}}\n')
    assert CANARY not in repr(read(Target("nginx", str(tmp_path / "nginx.conf"))))
