"""Configurations of oauth2-proxy in their three forms: facts with lines, placeholders unknown, secrets kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.model.fact import Cookie, Issuer, Secret, SessionLife, SigningKey, Store
from doorward.systems import Target
from doorward.systems.oauth2_proxy.options import meant, seconds, secret_bytes
from doorward.systems.oauth2_proxy.reader import read, sniff

_CASES = Path(__file__).parents[2] / "cases" / "oauth2-proxy"
_BASE = _CASES / "base" / "proxy.cfg"
CANARY = "canary7f3a91sings"


def test_facts_carry_the_line_of_their_option() -> None:
    configuration = read(Target("oauth2-proxy", str(_BASE)))
    text = _BASE.read_text().splitlines()
    for kind in (Cookie, Issuer, Secret, SessionLife, SigningKey):
        (fact,) = configuration.facts_of(kind)
        assert text[fact.where.line - 1].startswith(fact.where.pointer)


def test_an_option_that_is_not_there_has_its_default_and_no_line(tmp_path: Path) -> None:
    (tmp_path / "proxy.cfg").write_text('client_id = "portal"\n')
    configuration = read(Target("oauth2-proxy", "proxy.cfg", tmp_path))
    (cookie,) = configuration.facts_of(Cookie)
    assert (cookie.name, cookie.secure, cookie.path, cookie.where.line) == ("_oauth2_proxy", True, "/", 0)
    assert configuration.facts_of(SessionLife)[0].life_s == 7 * 24 * 3600


def test_an_environment_file_says_the_same_as_the_configuration_file() -> None:
    environment = read(Target("oauth2-proxy", str(_CASES / "environment" / "portal.env")))
    file = read(Target("oauth2-proxy", str(_BASE)))
    for kind in (Cookie, Issuer, Secret, SigningKey):
        (one,), (other,) = environment.facts_of(kind), file.facts_of(kind)
        assert one.where.pointer == other.where.pointer
    assert environment.facts_of(SigningKey)[0].digest == file.facts_of(SigningKey)[0].digest
    assert environment.setting("TZ") is None


@pytest.mark.parametrize("value", ["${SECRET}", "********", "COOKIE", "changeme", "{{ .Values.secret }}", "<secret>"])
def test_what_stands_in_for_a_secret_is_unknown(tmp_path: Path, value: str) -> None:
    (tmp_path / "proxy.cfg").write_text(f'cookie_secret = "{value}"\nclient_secret = "{value}"\n')
    configuration = read(Target("oauth2-proxy", "proxy.cfg", tmp_path))
    assert configuration.facts_of(SigningKey)[0].digest is None
    assert configuration.facts_of(Secret)[0].digest is None
    assert configuration.flow("cookie-secret-bytes") is None


def test_the_place_of_sessions_holds_no_password(tmp_path: Path) -> None:
    text = 'session_store_type = "redis"\nredis_connection_url = "redis://:{}@cache:6379/0"\n'
    (tmp_path / "one.cfg").write_text(text.format("one-made-up"))
    (tmp_path / "two.cfg").write_text(text.format("two-made-up"))
    one, two = (read(Target("oauth2-proxy", name, tmp_path)).facts_of(Store)[0] for name in ("one.cfg", "two.cfg"))
    assert one.place == two.place


_TEXTS = {
    "proxy.cfg": f'''cookie_secret = "{CANARY}-cookie"
client_secret = "{CANARY}-client"
redis_password = "{CANARY}-redis"
redis_connection_url = "redis://:{CANARY}-url@cache/0"
github_users = ["{CANARY}-person"]
jwt_key = "{CANARY}-key"
secret_of_tomorrow = "{CANARY}-tomorrow"
login_url = "https://user:{CANARY}-login@id.example.com/"
cookie_samesite = "strict"
''',
    "proxy.env": f'OAUTH2_PROXY_COOKIE_SECRET="{CANARY}-1"\nOAUTH2_PROXY_COOKIE_SECRETS={CANARY}-2\nTOKEN={CANARY}\n',
    "alpha.yaml": f"upstreamConfig:\n  a: 1\nproviders:\n  - id: a\n    clientSecret: {CANARY}\n    b: {CANARY}\n",
}


@pytest.mark.parametrize("name", _TEXTS)
def test_no_secret_comes_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "old").write_text(_TEXTS[name].replace(CANARY, "other"))
    (tmp_path / name).write_text(_TEXTS[name])
    old, new = (check.read(Target("oauth2-proxy", one, tmp_path)) for one in ("old", name))
    found = check.findings(new, old)
    told = [check.render(found, (Target("oauth2-proxy", name, tmp_path),), form) for form in check.FORMATS]
    assert CANARY not in "\n".join([repr(new), repr(check.differences(old, new)), *told])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f'cookie_secret = "{CANARY}\n', "proxy.cfg:1:"),
        (f"cookie_secret = {CANARY}\n", "proxy.cfg:1:"),
        (f'a = 1\nclient_id = = "{CANARY}"\n', "proxy.cfg:2:"),
        (f"providers:\n  - id: a\n    clientID: [{CANARY}\nupstreamConfig:\n", "proxy.cfg:4:"),
    ],
)
def test_a_file_that_does_not_parse_is_refused_with_its_line_and_no_secret(
    tmp_path: Path, text: str, place: str
) -> None:
    (tmp_path / "proxy.cfg").write_text(text)
    with pytest.raises(InputInvalid) as refused:
        read(Target("oauth2-proxy", "proxy.cfg", tmp_path))
    assert refused.value.problems[0].where.startswith(place)
    assert CANARY not in str(refused.value)


def test_content_tells_oauth2_proxy_from_others() -> None:
    assert sniff("anything", _BASE.read_bytes())
    assert sniff("anything", (_CASES / "environment" / "portal.env").read_bytes())
    assert sniff("anything", (_CASES / "alpha" / "alpha.yaml").read_bytes())
    assert sniff("broken", b'cookie_secret = = 1\nclient_id = "a"\nemail_domains = "*"\n')
    assert not sniff("compose.yaml", b"server:\n  port: 1\nproviders:\n  - file\n")
    assert not sniff("auth.toml", b'[service]\nname = "x"\n[oidc]\nclient_id = "a"\n')
    assert not sniff("keycloak.env", b"KC_HOSTNAME=id.example.com\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1h30m", 5400.0), ("0h0m30s", 30.0), ("250ms", 0.25), (".5h", 1800.0), ("-1s", -1.0), ("7d", None), ("", None)],
)
def test_durations_are_read_as_go_reads_them(value: str, expected: float | None) -> None:
    assert seconds(value) == expected


def test_a_number_without_a_unit_counts_nanoseconds() -> None:
    assert seconds(3_000_000_000) == seconds("3000000000") == pytest.approx(3.0)
    assert seconds(True) is None


@pytest.mark.parametrize(
    ("secret", "size"),
    [("MDEyMzQ1Njc4OWFiY2RlZg==", 16), ("sixteen bytes ok", 16), ("0123456789abcdef01234567", 24), ("a+b/", 4)],
)
def test_the_secret_is_measured_as_the_proxy_measures_it(secret: str, size: int) -> None:
    assert secret_bytes(secret) == size


def test_a_near_name_is_told_and_a_far_one_is_not() -> None:
    assert [meant(name) for name in ("upstream", "cookie-domain", "cookie_same_site")] == [
        "upstreams",
        "cookie_domains",
        "cookie_samesite",
    ]
    assert meant("cookie_partitioned") is None
