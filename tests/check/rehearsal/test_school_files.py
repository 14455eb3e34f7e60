"""Where the school's files lie in a scratch: what is copied, what is made anew, and what is written elsewhere."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from doorward.check.rehearsal.school_files import Layout, lay_out
from doorward.check.rehearsal.school_service import Service
from doorward.errors import InputInvalid
from doorward.systems import Target
from tests.check.rehearsal.school_site import auth_text, make, portal_text


def laid(old: Path, new: Path, tmp_path: Path) -> Layout:
    here = tmp_path / "project"
    here.mkdir()
    return lay_out(Target("school", str(old), here), Target("school", str(new), here), tmp_path / "scratch")


def at(service: Service, table: str, key: str) -> Path:
    """The path that the scratch configuration names."""
    return Path(tomllib.loads(service.file.read_text())[table][key])


def secret(service: Service, table: str = "service", key: str = "secret_key_file") -> str:
    return at(service, table, key).read_text()


def test_a_site_is_laid_out_with_its_own_keys_and_both_sides_share_the_stores(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    found = laid(site / "auth.toml", site / "auth.toml", tmp_path)
    assert secret(found.old) == (site / "secrets" / "auth-secret-key").read_text()
    assert secret(found.other) == (site / "secrets" / "portal-secret-key").read_text()
    assert at(found.old, "database", "path") == at(found.new, "database", "path") == found.new.database
    for service in (found.old, found.new, found.other):
        for table, key in (("database", "path"), ("log", "path"), ("log", "key_file")):
            assert at(service, table, key).is_relative_to(tmp_path / "scratch")


def test_a_copy_that_lies_alone_gets_keys_that_are_the_same_for_all(tmp_path: Path) -> None:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(auth_text())
    new.write_text(auth_text().replace("auth-secret-key", "another-key"))
    found = laid(old, new, tmp_path)
    assert secret(found.old) != secret(found.new)
    client = tomllib.loads(found.old.file.read_text())["client"][0]["secret_file"]
    assert Path(client).read_text() == secret(found.other, "sign_in", "client_secret_file")
    assert "PRIVATE KEY" in secret(found.old, "oidc", "signing_key_file")
    assert found.other.public_url == "http://127.0.0.1:8402"


def test_a_key_that_is_not_beside_the_others_stays_missing(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    (site / "new.toml").write_text(auth_text().replace("secrets/auth-secret-key", "secrets/forgotten"))
    found = laid(site / "auth.toml", site / "new.toml", tmp_path)
    assert not at(found.new, "service", "secret_key_file").exists()


def test_the_absolute_path_of_a_database_means_what_the_relative_one_means(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    (site / "new.toml").write_text(auth_text().replace('"auth.sqlite3"', f'"{site}/auth.sqlite3"'))
    (site / "moved.toml").write_text(auth_text().replace('"auth.sqlite3"', '"elsewhere.sqlite3"'))
    found = laid(site / "new.toml", site / "moved.toml", tmp_path)
    assert found.old.has_people
    assert not found.new.has_people
    assert found.old.database != found.new.database


def test_a_portal_that_lies_alone_gets_a_provider_that_knows_it(tmp_path: Path) -> None:
    alone = tmp_path / "any-name.toml"
    alone.write_text(portal_text())
    provider = laid(alone, alone, tmp_path).other
    client = tomllib.loads(provider.file.read_text())["client"][0]
    assert provider.public_url == "http://127.0.0.1:8401"
    assert client["redirect_uris"] == ["http://127.0.0.1:8402/sign-in/callback/"]


def test_the_portal_asks_its_provider_again_within_a_rehearsal(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    (site / "wrong.toml").write_text(portal_text().replace("recheck_seconds = 30", "recheck_seconds = 0"))
    found = laid(site / "portal.toml", site / "wrong.toml", tmp_path)
    asked = [tomllib.loads(one.file.read_text())["sign_in"]["recheck_seconds"] for one in (found.old, found.new)]
    assert asked == [1, 0]


def test_a_file_that_is_no_toml_is_wrong_use(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    (site / "new.toml").write_text("[service\n")
    with pytest.raises(InputInvalid, match="TOML"):
        laid(site / "auth.toml", site / "new.toml", tmp_path)
