"""The school rehearsed with the settings of the drills: what each does to people, and that nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from doorward.check.rehearsal import Pages, Plan, Reason, Rehearsal, rehearse
from doorward.errors import CapabilityMissing, InputInvalid, SystemUnreachable
from doorward.model.finding import What
from doorward.review.drills import fault, scenario
from doorward.systems import Target
from tests.check.rehearsal.school_site import auth_text, make, portal_text
from tests.check.rehearsal.site_project import fingerprint

PROJECT = Path(__file__).parents[3]
ALL = tuple(What)[1:9]
SIGN_INS = (
    What.OPEN_FORM,
    What.STALE_COOKIE_SIGN_IN,
    What.NEW_SIGN_IN,
    What.SIGN_IN_NO_RETURN,
    What.SSO_RETURN,
    What.OTHER_WORKER,
)
DRILLS: dict[str, dict[What, str]] = {
    "2023-10-11-portal": dict.fromkeys(SIGN_INS, Reason.SENT_BACK),
    "2024-07-15-school-portal": dict.fromkeys(ALL, "http-500"),
    "harmless-session-life": {},
}


def rehearsed(old: Path, new: Path, protected: str = "") -> Rehearsal:
    return rehearse(Plan(Target("school", str(old), PROJECT), Target("school", str(new), PROJECT), Pages(protected)))


def news(found: Rehearsal) -> dict[What, str]:
    """The reason of each probe that is broken."""
    return {one.probe: one.new.reason for one in found.probes if one.probe in found.broken}


@pytest.mark.parametrize("drill", DRILLS)
def test_the_setting_of_a_drill_hurts_whom_it_hurt_and_the_site_is_not_touched(
    drill: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, scratch = make(tmp_path / "site"), tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    change = scenario.load(PROJECT / "drills", drill).change
    new = site / f"{change.component}.toml.new"
    new.write_text(fault.changed(site / f"{change.component}.toml", change.key, change.value))
    before, others = fingerprint(site), set(psutil.Process().children(recursive=True))
    found = rehearsed(site / f"{change.component}.toml", new)
    assert {one.old.reason for one in found.probes} == {Reason.OK}
    assert news(found) == {probe: str(reason) for probe, reason in DRILLS[drill].items()}
    assert fingerprint(site) == before
    assert list(scratch.iterdir()) == []
    _, alive = psutil.wait_procs(set(psutil.Process().children(recursive=True)) - others, timeout=5)
    assert alive == []


def test_the_portal_alone_on_https_is_signed_in_to_through_a_provider_of_its_own(tmp_path: Path) -> None:
    old, new = tmp_path / "before.toml", tmp_path / "after.toml"
    text = portal_text().replace("http://127.0.0.1:8402", "https://portal.example.com")
    text = text.replace("http://127.0.0.1:8401", "https://id.example.org").replace(
        '["127.', '["portal.example.com", "127.'
    )
    old.write_text(text.replace("cookie_secure = false", "cookie_secure = true"))
    new.write_text(old.read_text().replace('samesite = "Lax"', 'samesite = "Strict"'))
    found = rehearsed(old, new, "/courses/")
    assert found.public_url == "https://portal.example.com"
    assert {one.old.reason for one in found.probes} == {Reason.OK}
    # The provider is another site here, so that the portal's cookie stays behind on the way back.
    assert set(news(found)) >= {What.NEW_SIGN_IN, What.SSO_RETURN}


def test_a_candidate_that_the_school_refuses_does_not_start(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    (site / "new.toml").write_text(auth_text().replace("bind_ipv4_prefix = 24", "bind_ipv4_prefix = 33"))
    found = rehearsed(site / "auth.toml", site / "new.toml")
    assert found.start_failure == "ConfigInvalid"
    assert set(news(found).values()) == {Reason.NOT_STARTED}


def test_an_old_configuration_that_does_not_start_says_so(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    (site / "old.toml").write_text(auth_text().replace("bind_ipv4_prefix = 24", "bind_ipv4_prefix = 33"))
    with pytest.raises(SystemUnreachable, match="ConfigInvalid"):
        rehearsed(site / "old.toml", site / "auth.toml")


def test_two_kinds_cannot_be_rehearsed_against_each_other(tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    school, django = Target("school", str(site / "auth.toml")), Target("django", "site_of_test.settings")
    with pytest.raises(InputInvalid, match="kind"):
        rehearse(Plan(django, school, Pages("")))
    with pytest.raises(CapabilityMissing, match="nginx"):
        rehearse(Plan(school, Target("nginx", "nginx.conf"), Pages("")))
