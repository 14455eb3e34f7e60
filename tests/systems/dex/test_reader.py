"""Dex's config.yaml: facts with lines, templates, and what stays unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Issuer, Secret, Store
from doorward.systems import Target
from doorward.systems.dex.reader import read, sniff

_BASE = Path(__file__).parents[2] / "cases" / "dex" / "base" / "config.yaml"
CANARY = "canary7f3a91sings"


def _read(tmp_path: Path, text: str) -> Configuration:
    (tmp_path / "config.yaml").write_text(text)
    return read(Target("dex", "config.yaml", tmp_path))


def test_facts_carry_the_line_of_their_key() -> None:
    told = read(Target("dex", str(_BASE)))
    assert [(fact.url, fact.where.line) for fact in told.facts_of(Issuer)] == [("https://id.example.com/dex", 2)]
    assert [fact.where.line for fact in told.facts_of(Callback)][:1] == [41]
    assert told.facts_of(Store)[0].engine == "postgres"


def test_what_comes_from_the_environment_is_unknown(tmp_path: Path) -> None:
    text = "storage:\n  type: postgres\n  config: {host: $HOST}\nstaticClients:\n- {idEnv: ID, secretEnv: SECRET}\n"
    told = _read(tmp_path, text)
    assert told.facts_of(Store)[0].place is None
    assert [(secret.owner, secret.digest) for secret in told.facts_of(Secret)] == [("ID", None)]


def test_actions_of_a_template_are_unknown_and_keep_their_line(tmp_path: Path) -> None:
    text = (
        '{{- /* two\nlines */ -}}\n{{- if getenv "X" }}\nissuer: {{ getenv "ISSUER" "http://a" }}\n{{- end }}\nweb:\n'
    )
    told = _read(tmp_path, text)
    assert [(fact.url, fact.where.line) for fact in told.facts_of(Issuer)] == [(None, 4)]


@pytest.mark.parametrize("text", ["issuer: [1]\nstorage: 3\n", "staticClients: {}\n", "connectors: [1, a]\n"])
def test_values_of_another_type_are_no_crash(tmp_path: Path, text: str) -> None:
    told = _read(tmp_path, text)
    check.findings(told, read(Target("dex", str(_BASE))))
    check.findings(read(Target("dex", str(_BASE))), told)


def test_what_is_no_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid) as refused:
        _read(tmp_path, "issuer: https://a\n storage: b\n")
    assert refused.value.problems[0].where == "config.yaml:2:9"


def test_content_tells_dex_from_other_yaml() -> None:
    assert sniff("anything", _BASE.read_bytes())
    assert not sniff("config.yaml", b"issuer: https://id.example.com\nclient_id: x\n")


_SECRETS = f"""
issuer: https://id.example.com
storage: {{type: postgres, config: {{host: h, user: {CANARY}-u, password: {CANARY}-db}}}}
connectors:
- {{type: oidc, id: a, name: A, config: {{clientID: b, clientSecret: {CANARY}-oidc}}}}
- {{type: ldap, id: l, name: L, config: {{bindDN: 'cn={CANARY}', bindPW: {CANARY}-ldap}}}}
staticClients: [{{id: a, name: A, secret: {CANARY}-client}}]
enablePasswordDB: true
staticPasswords: [{{email: {CANARY}@example.com, hash: {CANARY}-hash, username: {CANARY}-n, name: {CANARY}-m}}]
signer: {{type: vault, config: {{token: {CANARY}-vault}}}}
"""


def test_no_secret_and_no_person_comes_out(tmp_path: Path) -> None:
    new, old = _read(tmp_path, _SECRETS), _read(tmp_path, _SECRETS.replace(CANARY, "other"))
    found = check.findings(new, old)
    told = "".join(check.render(found, ("x",), name) for name in check.FORMATS)
    assert CANARY not in told + repr(new) + repr(check.differences(old, new))
