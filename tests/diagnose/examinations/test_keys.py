"""The keys examination on real files: their change and their end are told, their content never."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from doorward.diagnose.examinations.keys import examine_keys
from doorward.diagnose.examined import KeysExamined, NotExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role
from tests.certificates import certificate, pem


def examined(*files: Path) -> KeysExamined:
    result = examine_keys(Examinee("auth", Role.PROVIDER, keys=files))
    assert isinstance(result, KeysExamined)
    return result


def test_a_file_is_known_again_until_it_changes(tmp_path: Path) -> None:
    secret = tmp_path / "client-secret"
    secret.write_text("hush-hush")
    first, again = (examined(secret).files[0] for _ in range(2))
    os.utime(secret, (1_800_000_000, 1_800_000_000))
    touched = examined(secret).files[0]
    secret.write_text("another")
    changed = examined(secret).files[0]
    assert first == again
    assert touched.digest == first.digest != changed.digest
    assert touched.changed_at == datetime.fromtimestamp(1_800_000_000, UTC)


def test_neither_a_secret_nor_its_digest_is_shown(tmp_path: Path) -> None:
    secret = tmp_path / "client-secret"
    secret.write_text("hush-hush")
    result = examined(secret)
    assert "hush" not in repr(result)
    assert result.files[0].digest not in repr(result)


def test_the_end_of_a_certificate_is_told(tmp_path: Path) -> None:
    ends_at = datetime(2027, 3, 1, 12, tzinfo=UTC)
    (tmp_path / "tls.pem").write_bytes(pem(certificate(ends_at)))
    assert examined(tmp_path / "tls.pem").files[0].ends_at == ends_at


def test_a_file_that_is_gone_is_told_as_one_that_does_not_read(tmp_path: Path) -> None:
    gone = examined(tmp_path / "gone").files[0]
    assert (gone.name, gone.changed_at, gone.digest) == ("gone", None, "")


def test_without_files_it_is_not_examined() -> None:
    result = examine_keys(Examinee("auth", Role.PROVIDER))
    assert isinstance(result, NotExamined)
    assert not result.applies
