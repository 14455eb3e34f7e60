"""What was there when people began to check is not shown again; what is new, worse or of a change is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doorward.check import baseline
from doorward.check.rule import Tell
from doorward.errors import InputInvalid
from doorward.model.fact import Where
from doorward.model.finding import Difference, Effect, Finding, Severity

TELLS = {"KEY-03": Tell.FILE, "COOKIE-01": Tell.CHANGE, "SERVICE-01": Tell.SERVICE, "IGNORE-01": Tell.SERVICE}
STANDING = Finding(
    rule="KEY-03",
    severity=Severity.LATENT,
    effect=Effect("everyone", (), "later", "is signed out"),
    message="told",
    fix="mend",
    where=Where("conf/a.toml", 7, "key"),
    change=None,
    fingerprint="0123456789abcdef",
)
CHANGED = replace(STANDING, rule="COOKIE-01", fingerprint="1" * 16)
TOUCHED = replace(STANDING, change=Difference("key", "a", "b"))


def _forgiven(found: list[Finding], known: list[Finding]) -> list[Finding]:
    return list(baseline.compare(found, baseline.of(known, TELLS), TELLS).forgiven)


def test_a_standing_finding_is_forgiven_wherever_its_line_is_now(tmp_path: Path) -> None:
    moved = replace(STANDING, where=Where("./conf/a.toml", 99, "key"), message="told otherwise")
    path = tmp_path / "known.json"
    baseline.write(path, baseline.of([STANDING], TELLS))
    compared = baseline.compare([moved], baseline.read(path), TELLS)
    assert (compared.shown, compared.forgiven, compared.mended) == ((), (moved,), 0)


@pytest.mark.parametrize("finding", [CHANGED, TOUCHED, replace(STANDING, rule="IGNORE-01")])
def test_findings_of_a_change_and_of_suppressions_never_come_into_it(finding: Finding) -> None:
    assert baseline.of([finding], TELLS).findings == ()
    forged = baseline.of([replace(finding, rule="KEY-03", change=None)], TELLS)
    assert baseline.compare([finding], forged, TELLS).shown == (finding,)


def test_a_finding_in_another_file_is_shown_though_its_pointer_is_the_same() -> None:
    assert not _forgiven([replace(STANDING, where=Where("conf/b.toml", 7, "key"))], [STANDING])


def test_one_that_has_become_worse_is_shown() -> None:
    assert not _forgiven([replace(STANDING, severity=Severity.OUTAGE)], [STANDING])
    assert _forgiven([replace(STANDING, severity=Severity.NOTE)], [STANDING])


def test_where_there_are_more_than_there_were_all_are_shown() -> None:
    two = [STANDING, replace(STANDING, message="another")]
    assert not _forgiven(two, [STANDING])
    assert len(_forgiven(two, two)) == 2


def test_findings_of_the_whole_service_may_stand_in_it() -> None:
    finding = replace(STANDING, rule="SERVICE-01")
    assert _forgiven([finding], [finding])


def test_what_is_mended_is_counted() -> None:
    assert baseline.compare([], baseline.of([STANDING], TELLS), TELLS).mended == 1


def test_it_is_written_one_finding_a_line_and_without_messages(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    baseline.write(path, baseline.of([STANDING, replace(STANDING, fingerprint="2" * 16)], TELLS))
    text = path.read_text()
    assert len([line for line in text.splitlines() if "fingerprint" in line]) == 2
    assert "told" not in text


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "other/1", "findings": []}', '{"findings": 3}'])
def test_what_is_no_baseline_is_wrong_use(tmp_path: Path, content: str) -> None:
    (tmp_path / "b.json").write_text(content)
    with pytest.raises(InputInvalid, match=r"b\.json"):
        baseline.read(tmp_path / "b.json")


def test_a_baseline_that_is_not_there_or_cannot_be_written_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="--write-baseline"):
        baseline.read(tmp_path / "none.json")
    with pytest.raises(InputInvalid, match="cannot be written"):
        baseline.write(tmp_path / "no" / "b.json", baseline.of([], TELLS))
