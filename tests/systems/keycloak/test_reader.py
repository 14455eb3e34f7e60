"""Realms and the server's file become Facts, settings with their lines, and a document that holds no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Issuer, Secret, SigningKey
from doorward.systems import Target
from doorward.systems.keycloak import reader
from doorward.systems.keycloak.document import realms, server

CASES = Path(__file__).parents[2] / "cases" / "keycloak"
CANARY = "canary7f3a91sings"


def _read(path: Path) -> Configuration:
    return reader.read(Target("keycloak", str(path), Path.cwd()))


def _written(folder: Path, text: str, name: str = "realm.json") -> Configuration:
    (folder / name).write_text(text)
    return _read(folder / name)


def test_a_realm_becomes_facts_with_their_places() -> None:
    read = _read(CASES / "base" / "realm.json")
    callbacks = [fact for fact in read.facts_of(Callback) if fact.client == "portal"]
    assert [fact.url for fact in callbacks] == ["https://portal.school.example/sign-in/back/"]
    assert callbacks[0].where.pointer == "clients[portal].redirectUris"
    assert '"redirectUris"' in (CASES / "base" / "realm.json").read_text().splitlines()[callbacks[0].where.line - 1]
    assert [secret.owner for secret in read.facts_of(Secret)] == ["portal", "app", "library"]
    assert [key.purpose for key in read.facts_of(SigningKey)] == ["token", "cookie"]


def test_the_server_file_gives_the_issuer() -> None:
    read = _read(CASES / "server_base" / "kc.conf")
    assert [issuer.url for issuer in read.facts_of(Issuer)] == ["https://id.school.example"]
    told = server(read)
    assert told is not None
    assert told.where("hostname").line == 6


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("hostname=id.school.example\nhttp-relative-path=/auth\n", "https://id.school.example/auth"),
        ("KC_HOSTNAME=https://id.school.example/auth/\n", "https://id.school.example/auth"),
        ("hostname=${NAME}\nhostname-strict=true\n", None),
    ],
)
def test_the_issuer_follows_name_and_path(tmp_path: Path, text: str, issuer: str | None) -> None:
    assert [fact.url for fact in _written(tmp_path, text, "kc.conf").facts_of(Issuer)] == [issuer]


@pytest.mark.parametrize("value", ["${LIFE:60}", "$(env:LIFE:-60)", "{{ life }}"])
def test_a_placeholder_stays_unknown(tmp_path: Path, value: str) -> None:
    read = _written(tmp_path, json.dumps({"realm": "a", "ssoSessionIdleTimeout": value}))
    (realm,) = realms(read)
    assert realm.number("ssoSessionIdleTimeout") is None
    assert realm.holds_unknown("ssoSessionIdleTimeout")
    assert check.findings(read) == ()


def test_members_are_named_whatever_their_order(tmp_path: Path) -> None:
    clients = [{"clientId": "b", "enabled": True}, {"clientId": "a", "enabled": True}]
    first = _written(tmp_path, json.dumps({"realm": "r", "clients": clients}))
    second = _written(tmp_path, json.dumps({"realm": "r", "clients": clients[::-1]}))
    assert check.differences(first, second) == ()


def test_several_realms_of_one_file_are_told_apart(tmp_path: Path) -> None:
    read = _written(tmp_path, json.dumps([{"realm": "a", "enabled": False}, {"realm": "b", "enabled": True}]))
    assert [finding.where.pointer for finding in check.findings(read)] == ["realms[a].enabled"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"realm": "a",\n "enabled": tru}', ":2:13"),
        ('{"realm": "a"\n "enabled": true}', ":2:2"),
        ('{"realm": "a', ":1:11"),
        ('{"realm": "a"} {', ":1:16"),
        ("{" * 300, ""),
        ('{"secret": ' + CANARY + "}", ":1:12"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        _written(tmp_path, text)
    assert where in refused.value.problems[0].where
    assert CANARY not in str(refused.value)


def test_no_secret_comes_out_in_any_form(tmp_path: Path) -> None:
    hidden = {"secret": CANARY, "attributes": {"client.secret.rotated": CANARY, "note": CANARY}, "clientId": "portal"}
    key = {"name": "k", "providerId": "rsa", "config": {"privateKey": [CANARY], "keystorePassword": [CANARY]}}
    realm = {
        "realm": "school",
        "clients": [hidden],
        "smtpServer": {"host": "mail.example.com", "user": CANARY, "password": CANARY},
        "identityProviders": [{"alias": "town", "config": {"clientSecret": CANARY, "x": CANARY}}],
        "components": {"org.keycloak.keys.KeyProvider": [key]},
        "users": [{"username": CANARY, "credentials": [{"value": CANARY}]}],
    }
    old = _written(tmp_path, json.dumps(realm).replace(CANARY, "another"), "old.json")
    new = _written(tmp_path, json.dumps(realm), "new.json")
    environment = (
        f"KC_DB_PASSWORD={CANARY}\nKC_DB_URL=jdbc:postgresql://u:{CANARY}@db/k?password={CANARY}\nKC_FOO={CANARY}\n"
    )
    kept = _written(tmp_path, environment, "kc.env")
    target = Target("keycloak", "new.json", tmp_path)
    found = check.findings(new, old)
    told = [repr(new), repr(new.document), repr(kept), repr(kept.document), repr(check.differences(old, new))]
    told += [check.render(found, (target,), name) for name in ("text", "json")]
    assert found
    assert CANARY not in "\n".join(told)


@pytest.mark.parametrize(
    ("name", "content", "is_ours"),
    [
        ("realm-export.json", b'{"id": "a", "realm": "school", "sslRequired": "none"}', True),
        ("school.yaml", b"realm: school\nclients:\n  - clientId: a\n", True),
        ("part.json5", b"// some\n{ realm: 'a', clientScopes: [] }", True),
        ("keycloak.env", b"KC_HOSTNAME=a\n", True),
        ("kc.conf", b"db=postgres\n", True),
        ("keycloak.json", b'{"realm": "school", "auth-server-url": "https://id", "resource": "app"}', False),
        ("package.json", b'{"name": "realm", "clients": {}}', False),
        ("proxy.cfg", b'provider = "keycloak-oidc"\nclient_id = "a"\n', False),
        ("compose.yaml", b"services:\n  keycloak:\n    environment:\n      KC_HOSTNAME: a\n", False),
    ],
)
def test_the_kind_is_told_by_the_content(name: str, content: bytes, is_ours: bool) -> None:
    assert reader.sniff(name, content) is is_ours


def test_a_realm_of_thousands_of_clients_is_read_whole(tmp_path: Path) -> None:
    base = json.loads((CASES / "base" / "realm.json").read_text())
    portal = base["clients"][0]
    base["clients"] = [{**portal, "clientId": f"portal-{number}"} for number in range(2150)]
    (tmp_path / "realm.json").write_text(json.dumps(base, indent=2))
    read = _read(tmp_path / "realm.json")
    assert read.setting("clients[portal-2149].clientId") is not None
    assert check.findings(read) == ()
