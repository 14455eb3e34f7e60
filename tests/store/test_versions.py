"""Configuration versions: digests, kept bytes, standing."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.errors import ActionRefused
from doorward.model.config_version import ConfigVersion, Standing
from tests.entries import T0

FILES = {"auth.toml": b"a = 1\n"}


def _version(digest: str, seconds: float = 0) -> ConfigVersion:
    at = T0 + timedelta(seconds=seconds)
    return ConfigVersion("auth", digest, at, at, None)


def test_one_file_has_the_digest_that_its_service_logs(any_store: str) -> None:
    from doorward.store import versions

    assert versions.digest(FILES) == hashlib.sha256(FILES["auth.toml"]).hexdigest()[:12]


def test_several_files_have_one_digest_whatever_their_order(any_store: str) -> None:
    from doorward.store import versions

    assert versions.digest({"a": b"1", "b": b"2"}) == versions.digest({"b": b"2", "a": b"1"})
    assert versions.digest({"a": b"1", "b": b"2"}) != versions.digest({"a": b"12", "b": b""})


def test_kept_bytes_come_back_and_only_the_owner_reads_them(any_store: str, tmp_path: Path) -> None:
    from doorward.store import versions

    digest = versions.digest(FILES)
    versions.keep_files(tmp_path, "auth", digest, FILES)
    assert versions.files(tmp_path, "auth", digest, ("auth.toml",)) == FILES
    kept = tmp_path / "versions" / "auth" / digest / "auth.toml"
    assert kept.stat().st_mode & 0o077 == 0


def test_bytes_that_were_changed_are_refused(any_store: str, tmp_path: Path) -> None:
    from doorward.store import versions

    digest = versions.digest(FILES)
    versions.keep_files(tmp_path, "auth", digest, FILES)
    (tmp_path / "versions" / "auth" / digest / "auth.toml").write_bytes(b"a = 2\n")
    with pytest.raises(ActionRefused, match="were changed"):
        versions.files(tmp_path, "auth", digest, ("auth.toml",))


def test_a_pinned_version_is_never_proved_good(any_store: str) -> None:
    from doorward.store import versions

    versions.add(_version("bad"))
    versions.set_standing("auth", "bad", Standing.PINNED, "rolled back")
    versions.set_standing("auth", "bad", Standing.PROVED_GOOD, "probes passed")
    assert versions.all_of("auth")[0].standing is Standing.PINNED


def test_a_version_that_comes_back_keeps_its_standing(any_store: str) -> None:
    from doorward.store import versions

    versions.add(_version("good"))
    versions.set_standing("auth", "good", Standing.PROVED_GOOD, "probes passed")
    versions.add(_version("good", 60))
    assert [version.standing for version in versions.all_of("auth")] == [Standing.PROVED_GOOD] * 2


def test_the_last_good_version_is_the_latest_that_was_proved_before(any_store: str) -> None:
    from doorward.store import versions

    for number, name in enumerate(("one", "two", "three")):
        versions.add(_version(name, number * 10))
    for name in ("one", "two"):
        versions.set_standing("auth", name, Standing.PROVED_GOOD, "probes passed")
    found = versions.last_good("auth", T0 + timedelta(seconds=20))
    assert found is not None
    assert found.digest == "two"
    assert versions.last_good("auth", T0 - timedelta(seconds=1)) is None
