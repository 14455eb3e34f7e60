"""Authelia's configuration.yml: facts with lines, defaults, templates, and what stays unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Cookie, SessionLife, SigningKey, Store
from doorward.systems import Target
from doorward.systems.authelia.reader import read, sniff

_BASE = Path(__file__).parents[2] / "cases" / "authelia" / "base" / "configuration.yml"
CANARY = "canary7f3a91sings"


def _read(tmp_path: Path, text: str) -> Configuration:
    (tmp_path / "configuration.yml").write_text(text)
    return read(Target("authelia", "configuration.yml", tmp_path))


def test_facts_carry_the_line_of_their_key() -> None:
    configuration = read(Target("authelia", str(_BASE)))
    text = _BASE.read_text().splitlines()
    for fact in (*configuration.facts_of(SessionLife), *configuration.facts_of(SigningKey)):
        assert text[fact.where.line - 1].strip().startswith(fact.where.pointer.rpartition(".")[2])


def test_a_cookie_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    told = _read(tmp_path, "session:\n  name: 'mine'\n  expiration: 90\n  cookies:\n    - domain: 'example.com'\n")
    assert told.facts_of(Cookie)[0].name == "mine"
    assert told.facts_of(Cookie)[0].same_site == "lax"
    assert told.facts_of(SessionLife)[0].life_s == 90
    assert told.facts_of(Store)[0].engine == "memory"


@pytest.mark.parametrize(
    ("text", "seconds"), [("1h", 3600), ("1 hour and 30 minutes", 5400), ("2 weeks", 1209600), ("'90'", 90)]
)
def test_lengths_of_time_are_read_in_every_form(tmp_path: Path, text: str, seconds: int) -> None:
    told = _read(tmp_path, f"session:\n  expiration: {text}\n")
    assert told.facts_of(SessionLife)[0].life_s == seconds


def test_actions_of_a_template_are_unknown(tmp_path: Path) -> None:
    text = (
        'session:\n  secret: {{ secret "/s" }}\n  cookies:\n{{- range (list 1) }}\n    - domain: \'{{ env "D" }}\'\n'
        '{{- end }}\n  expiration: {{ env "E" }}\n'
    )
    told = _read(tmp_path, text)
    assert told.facts_of(Cookie)[0].domain is None
    assert told.facts_of(SessionLife)[0].life_s is None
    assert told.facts_of(SigningKey)[0].digest is None
    assert told.facts_of(SessionLife)[0].where.line == 7


def test_a_file_of_templates_alone_says_nothing(tmp_path: Path) -> None:
    told = _read(tmp_path, '---\n{{- range (glob "*.yml") }}\n{{ fileContent . }}\n{{- end }}\n...\n')
    assert (told.facts, told.settings) == ((), ())


def test_callbacks_may_be_one_text_or_a_list(tmp_path: Path) -> None:
    head = "identity_providers:\n  oidc:\n    clients:\n      - client_id: 'a'\n        redirect_uris: "
    for form in ("'https://a.example.com/'", "['https://a.example.com/']"):
        told = _read(tmp_path, head + form + "\n")
        assert [callback.url for callback in told.facts_of(Callback)] == ["https://a.example.com/"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("a: b: c\n", r"yaml\.syntax"), ("- a\n", r"yaml\.shape"), ("", r"yaml\.shape"), ("a: [*x]\n", r"yaml\.syntax")],
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InputInvalid, match=code):
        _read(tmp_path, text)


@pytest.mark.parametrize("text", ["session: 1\n", "session:\n", "session: []\n", "identity_providers: {oidc: 3}\n"])
def test_values_of_another_type_are_no_crash(tmp_path: Path, text: str) -> None:
    check.findings(_read(tmp_path, text), _read(tmp_path, text))


def test_content_tells_authelia_from_other_yaml() -> None:
    assert sniff("anything", _BASE.read_bytes())
    assert not sniff("configuration.yml", b"session:\n  secret: x\nstorage:\n  local: y\n")
    assert not sniff("compose.yml", b"services:\n  authelia:\n    image: authelia/authelia\n")


_SECRETS = f"""
jwt_secret: '{CANARY}-jwt'
session: {{secret: '{CANARY}-session', redis: {{host: 'h', password: '{CANARY}-redis'}}}}
storage:
  encryption_key: '{CANARY}-storage'
  postgres: {{address: 'tcp://u:{CANARY}-url@db:5432', username: '{CANARY}-person', password: '{CANARY}-db'}}
authentication_backend: {{ldap: {{user: 'cn={CANARY}', password: '{CANARY}-ldap'}}}}
notifier: {{smtp: {{username: '{CANARY}-u', password: '{CANARY}-smtp', sender: '{CANARY}@example.com'}}}}
access_control: {{rules: [{{domain: 'a.b', policy: 'one_factor', subject: 'user:{CANARY}'}}]}}
identity_providers:
  oidc:
    hmac_secret: '{CANARY}-hmac'
    jwks: [{{key: '{CANARY}-jwk'}}, {{key: "-----BEGIN PRIVATE KEY----- {CANARY}"}}]
    clients: [{{client_id: 'a', client_secret: '{CANARY}-client'}}]
"""


def test_no_secret_and_no_person_comes_out(tmp_path: Path) -> None:
    new, old = _read(tmp_path, _SECRETS), _read(tmp_path, _SECRETS.replace(CANARY, "other"))
    found = check.findings(new, old)
    told = "".join(check.render(found, ("x",), name) for name in check.FORMATS)
    assert CANARY not in told + repr(new) + repr(check.differences(old, new))
