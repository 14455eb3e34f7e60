"""Versions are taken as files change, checked against the one before, and proved good only with grounds."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.errors import InputInvalid, StoreUnavailable
from doorward.model.config_version import Standing
from doorward.model.finding import Difference
from doorward.settings import Settings
from doorward.store import versions as kept
from doorward.wiring.versions import CHANGES_SPAN, MOST_RECALLED, Versions
from tests.wiring.cases import NO_PYTHON, at, auth_toml, away, locked, settings_of

AGE = timedelta(seconds=10)
CASES = Path(__file__).parents[1] / "cases/school/base"


def says_nothing(component: str) -> str | None:
    """A log that never tells which configuration runs."""
    return None


def write(settings: Settings, text: str) -> str:
    """Put this configuration in force; gives its digest."""
    (settings.directory / "auth.toml").write_text(text)
    return kept.digest({"auth.toml": text.encode()})


@pytest.fixture
def settings(store: Path) -> Settings:
    """One component whose file is read without the project's interpreter."""
    return settings_of(store.parent, recover={"version_age_s": AGE.total_seconds()})


def standing(digest: str) -> Standing:
    """What the store knows of a version."""
    return next(version.standing for version in kept.all_of("auth") if version.digest == digest)


def test_the_first_version_is_taken_and_is_no_change(settings: Settings) -> None:
    versions = Versions(settings)
    assert versions.take(at(0)) == ()
    (version,) = kept.all_of("auth")
    assert versions.current("auth") == version
    assert (version.seen_at, version.standing, version.author) == (at(0), Standing.UNPROVED, None)
    files = kept.files(settings.state, "auth", version.digest, ("auth.toml",))
    assert files == {"auth.toml": auth_toml().encode()}


def test_a_change_is_told_once_with_what_the_check_says_of_it(store: Path) -> None:
    settings = settings_of(store.parent, {"python": sys.executable})
    versions = Versions(settings)
    before = kept.digest({"auth.toml": auth_toml().encode()})
    versions.take(at(0))
    after = write(settings, auth_toml(prefix=32))
    os.utime(settings.directory / "auth.toml", (at(55).timestamp(), at(55).timestamp()))
    (reviewed,) = versions.take(at(60))
    assert (reviewed.change.before, reviewed.change.after, reviewed.change.at) == (before, after, at(55))
    assert reviewed.change.differences == (Difference("session.bind_ipv4_prefix", "24", "32"),)
    assert any("session.bind_ipv4_prefix" in found.where.pointer for found in reviewed.findings)
    assert reviewed.unread == ""
    assert versions.take(at(61)) == ()
    assert versions.changes == [reviewed]


def test_a_harmless_change_is_told_without_findings_that_hurt(settings: Settings) -> None:
    versions = Versions(settings)
    versions.take(at(0))
    write(settings, auth_toml(life_minutes=600))
    (reviewed,) = versions.take(at(1))
    assert [found.severity.value for found in reviewed.findings if found.severity.value != "note"] == []
    assert reviewed.change.differences == (Difference("session.life_minutes", "480", "600"),)


def test_touching_a_file_is_no_change(settings: Settings) -> None:
    versions = Versions(settings)
    versions.take(at(0))
    (settings.directory / "auth.toml").touch()
    assert versions.take(at(1)) == ()
    assert len(kept.all_of("auth")) == 1


def test_a_change_that_cannot_be_read_is_a_suspect_with_the_reason(settings: Settings) -> None:
    versions = Versions(settings)
    versions.take(at(0))
    write(settings, "[service\n")
    (reviewed,) = versions.take(at(1))
    assert reviewed.unread
    assert (reviewed.findings, reviewed.change.differences) == ((), ())
    assert (reviewed.is_broken, "auth.toml:1" in reviewed.unread) == (True, True)
    assert versions.changes == [reviewed]


def test_a_file_that_is_gone_hides_no_change_of_another_component(store: Path) -> None:
    more = {"name": "more", "role": "client", "kind": "school", "config": ["more.toml"], "python": NO_PYTHON}
    settings = settings_of(store.parent, None, (more,))
    (settings.directory / "more.toml").write_text(auth_toml())
    versions = Versions(settings)
    versions.take(at(0))
    (settings.directory / "auth.toml").unlink()
    (settings.directory / "more.toml").write_text(auth_toml(prefix=32))
    with pytest.raises(InputInvalid):
        versions.take(at(1))
    assert [reviewed.change.component for reviewed in versions.changes] == ["more"]
    assert len(kept.all_of("more")) == 2


def test_the_author_of_a_change_comes_from_git(settings: Settings) -> None:
    git = ["git", "-C", str(settings.directory), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run([*git, "init", "-q"], check=True, capture_output=True)
    versions = Versions(settings)
    versions.take(at(0))
    write(settings, auth_toml(prefix=32))
    subprocess.run([*git, "add", "auth.toml"], check=True, capture_output=True)
    subprocess.run([*git, "commit", "-q", "-m", "Bind sessions"], check=True, capture_output=True)
    (reviewed,) = versions.take(at(1))
    assert reviewed.change.author == "Ada"


def test_a_version_is_proved_only_when_it_has_stood_long_enough(settings: Settings) -> None:
    versions = Versions(settings)
    versions.take(at(0))
    assert versions.prove(at(0) + AGE - timedelta(seconds=1), says_nothing) == ()
    assert versions.prove(at(0) + AGE, says_nothing) == ("auth",)
    assert versions.prove(at(0) + AGE, says_nothing) == ()
    assert kept.all_of("auth")[0].standing is Standing.PROVED_GOOD


def test_a_version_that_is_not_in_force_is_not_proved(settings: Settings) -> None:
    versions = Versions(settings)
    versions.take(at(0))
    current = versions.current("auth")
    assert current is not None
    assert versions.prove(at(60), lambda _: "another") == ()
    assert versions.prove(at(60), lambda _: current.digest) == ("auth",)


def test_probes_from_before_a_version_say_nothing_of_it(settings: Settings) -> None:
    versions = Versions(settings)
    versions.take(at(30))
    assert versions.prove(at(60), says_nothing, passing_since=at(29)) == ()
    assert versions.prove(at(60), says_nothing, passing_since=at(30)) == ("auth",)


def test_a_pinned_version_is_never_proved_again_not_even_when_it_comes_back(settings: Settings) -> None:
    versions = Versions(settings)
    good = kept.digest({"auth.toml": auth_toml().encode()})
    versions.take(at(0))
    versions.prove(at(20), says_nothing)
    bad = write(settings, auth_toml(prefix=32))
    versions.take(at(30))
    versions.pin("auth", bad, "rolled back")
    assert versions.pinned() == ("auth",)
    write(settings, auth_toml())
    versions.take(at(40))
    assert versions.pinned() == ()
    assert standing(good) is Standing.PROVED_GOOD
    write(settings, auth_toml(prefix=32))
    versions.take(at(50))
    assert versions.pinned() == ("auth",)
    for asked in (versions, Versions(settings)):
        assert asked.prove(at(90), says_nothing) == ()
    assert standing(bad) is Standing.PINNED


def test_a_restart_knows_the_version_in_force_and_recalls_the_changes_of_the_last_day(settings: Settings) -> None:
    before = Versions(settings)
    before.take(at(0))
    write(settings, auth_toml(prefix=32))
    (told,) = before.take(at(60))
    after = Versions(settings)
    assert after.take(at(61)) == ()
    assert after.changes == []
    after.recall(at(70))
    assert after.changes == [told]
    after.recall(at(60) + CHANGES_SPAN + timedelta(seconds=1))
    assert after.changes == []


def test_no_more_changes_are_recalled_than_a_start_may_take(settings: Settings) -> None:
    versions = Versions(settings)
    for number in range(MOST_RECALLED + 3):
        write(settings, auth_toml(life_minutes=480 + number))
        versions.take(at(number))
    after = Versions(settings)
    after.recall(at(60))
    assert after.changes == versions.changes[-MOST_RECALLED:]


def test_what_changed_while_doorward_was_away_is_a_change(settings: Settings) -> None:
    Versions(settings).take(at(0))
    write(settings, auth_toml(prefix=32))
    (reviewed,) = Versions(settings).take(at(3600))
    assert reviewed.change.differences == (Difference("session.bind_ipv4_prefix", "24", "32"),)


def test_a_django_component_has_no_earlier_version_to_read_and_says_so(store: Path) -> None:
    settings = settings_of(store.parent, {"kind": "django", "settings": "gone.settings"})
    Versions(settings).take(at(0))
    write(settings, auth_toml(prefix=32))
    (reviewed,) = Versions(settings).take(at(1))
    assert (reviewed.is_broken, bool(reviewed.unread)) == (False, True)


def test_a_change_is_a_suspect_while_the_database_is_locked_and_is_stored_once_it_answers(
    settings: Settings, store: Path
) -> None:
    versions = Versions(settings)
    versions.take(at(0))
    write(settings, auth_toml(prefix=32))
    with locked(store), pytest.raises(StoreUnavailable):
        versions.take(at(1))
    assert len(versions.changes) == 1
    assert len(kept.all_of("auth")) == 1
    assert versions.take(at(2)) == ()
    assert [version.seen_at for version in kept.all_of("auth")] == [at(0), at(1)]


def test_a_change_is_a_suspect_while_the_database_is_gone_and_its_standing_is_known_later(
    settings: Settings, store: Path
) -> None:
    versions = Versions(settings)
    versions.take(at(0))
    bad = write(settings, auth_toml(prefix=32))
    versions.take(at(1))
    versions.pin("auth", bad, "rolled back")
    write(settings, auth_toml())
    versions.take(at(2))
    write(settings, auth_toml(prefix=32))
    with away(store), pytest.raises(StoreUnavailable):
        versions.take(at(3))
    assert [reviewed.change.after for reviewed in versions.changes][-1] == bad
    assert len(versions.changes) == 3
    assert versions.take(at(4)) == ()
    assert [version.digest for version in kept.all_of("auth")][-1] == bad
    assert versions.pinned() == ("auth",)
    assert versions.prove(at(90), says_nothing) == ()


def test_the_issuer_that_a_configuration_names_is_known_and_none_where_it_names_none(settings: Settings) -> None:
    versions = Versions(settings)
    assert versions.issuer("auth") == ""
    versions.take(at(0))
    assert versions.issuer("auth") == "https://id.school.example"
    assert versions.issuer("elsewhere") == ""


def test_the_files_with_keys_that_a_configuration_names_are_told_if_they_are_there(settings: Settings) -> None:
    versions = Versions(settings)
    assert versions.key_files("auth") == ()
    versions.take(at(0))
    secret = settings.directory / "secrets" / "log-key"
    secret.parent.mkdir(exist_ok=True)
    secret.write_text("k" * 40)
    assert secret.resolve() in versions.key_files("auth")
    assert all(path.is_file() for path in versions.key_files("auth"))


def portal_beside(settings: Settings, client: str) -> None:
    """The portal signs people in as that client."""
    text = (CASES / "portal.toml").read_text()
    (settings.directory / "portal.toml").write_text(text.replace('client_id = "portal"', f'client_id = "{client}"'))


def test_a_change_is_judged_beside_the_other_components_as_they_are(store: Path) -> None:
    portal = {"name": "portal", "role": "client", "kind": "school", "config": ["portal.toml"], "python": NO_PYTHON}
    settings = settings_of(store.parent, None, (portal,))
    portal_beside(settings, "portal")
    versions = Versions(settings)
    versions.take(at(0))
    portal_beside(settings, "portal-staging")
    (renamed,) = versions.take(at(1))
    assert "SERVICE-04" in {found.rule for found in renamed.findings}
    text = auth_toml().replace('id = "portal"', 'id = "portal-new"')
    write(settings, text)
    portal_beside(settings, "portal-new")
    both = versions.take(at(2))
    assert len(both) == 2
    assert "SERVICE-04" not in {found.rule for one in both for found in one.findings}
