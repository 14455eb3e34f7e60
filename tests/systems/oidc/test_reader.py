"""Discovery documents and registrations of clients: facts with lines, errors with line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Issuer, Secret
from doorward.systems import Target
from doorward.systems.oidc.reader import read, sniff

_CASES = Path(__file__).parents[2] / "cases" / "oidc"
_PROVIDER = _CASES / "provider_base" / "openid-configuration.json"
_CLIENT = _CASES / "client_base" / "client.json"
CANARY = "canary7f3a91sings"


def _read(tmp_path: Path, text: str) -> Configuration:
    (tmp_path / "a.json").write_text(text)
    return read(Target("oidc", "a.json", tmp_path))


def test_facts_carry_the_line_of_their_key() -> None:
    provider, client = read(Target("oidc", str(_PROVIDER))), read(Target("oidc", str(_CLIENT)))
    assert [(fact.url, fact.where.line) for fact in provider.facts_of(Issuer)] == [("https://id.example.com", 2)]
    assert [(fact.side, fact.where.line) for fact in client.facts_of(Callback)] == [("client", 5)]


def test_a_document_in_one_line_with_tabs_and_escapes_is_read(tmp_path: Path) -> None:
    told = _read(
        tmp_path, '{\t"issuer":"https:\\/\\/id.example.com","jwks_uri":"https:\\/\\/id.example.com\\/\\u006b"}'
    )
    assert told.facts_of(Issuer)[0].url == "https://id.example.com"
    setting = told.setting("jwks_uri")
    assert setting is not None
    assert setting.shown == "https://id.example.com/k"


def test_a_sign_of_two_escapes_is_read(tmp_path: Path) -> None:
    told = _read(tmp_path, '{"client_id": "a", "client_name": "\\ud83d\\ude00", "redirect_uris": []}')
    setting = told.setting("client_name")
    assert setting is not None
    assert setting.shown == "\U0001f600"


@pytest.mark.parametrize(
    ("text", "place"), [('{"issuer": }', "a.json:1:12"), ('{\n"a": 1,\n}', "a.json:3:1"), ("[]", "a.json")]
)
def test_what_is_no_document_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        _read(tmp_path, text)
    assert refused.value.problems[0].where.startswith(place[:8])


@pytest.mark.parametrize(
    "text", ['{"issuer": 1}', '{"redirect_uris": {"a": 1}}', '{"scopes_supported": "openid"}', "{}"]
)
def test_values_of_another_type_are_no_crash(tmp_path: Path, text: str) -> None:
    told = _read(tmp_path, text)
    check.findings(told, read(Target("oidc", str(_PROVIDER))))
    check.findings(read(Target("oidc", str(_PROVIDER))), told)


def test_content_tells_these_documents_from_other_json() -> None:
    assert sniff("anything", _PROVIDER.read_bytes())
    assert sniff("anything", _CLIENT.read_bytes())
    assert not sniff("realm.json", b'{"realm": "a", "clients": [{"clientId": "b", "redirectUris": []}]}')
    assert not sniff("a.yaml", b"issuer: https://id.example.com\njwks_uri: x\n")


def test_no_secret_comes_out(tmp_path: Path) -> None:
    secrets = f'"client_secret": "{CANARY}", "registration_access_token": "{CANARY}"'
    text = f'{{"client_id": "a", "redirect_uris": [], {secrets}}}'
    new, old = _read(tmp_path, text), _read(tmp_path, text.replace(CANARY, "other"))
    found = check.findings(new, old)
    told = "".join(check.render(found, ("x",), name) for name in check.FORMATS)
    assert new.facts_of(Secret)[0].digest
    assert CANARY not in told + repr(new) + repr(check.differences(old, new))
