"""From a [[probe]] to a plan: secrets from files and the environment, and none of them shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.settings import Settings
from doorward.wiring.probe_plans import account_problems, probe_plan
from tests.wiring.cases import settings_of

PORTAL = {"name": "portal", "role": "client", "kind": "django", "address": "https://portal.school.example"}
AUTH = {"address": "http://127.0.0.1:8001", "health": "/healthz", "pid_file": "run/auth.pid"}
PROBE = {"name": "sign-in", "journey": "oidc", "start": "https://portal.school.example/courses/"}


def _probing(home: Path, **probe: object) -> Settings:
    settings = settings_of(home, AUTH, (PORTAL,), probe=[{**PROBE, **probe}])
    secrets = home / "site/secrets"
    secrets.mkdir(exist_ok=True)
    for name in ("token", "name", "word"):
        (secrets / name).write_text(f" {name} of a test \n")
    settings.path.write_text("[[probe]]\n")
    accounts = [{"username": "ada", "password": "a"}, {"username": "eve", "password": "e", "monitor": True}]
    (secrets / "accounts.json").write_text(json.dumps(accounts))
    return settings


def test_a_probe_signs_in_as_the_monitor_among_the_accounts(tmp_path: Path) -> None:
    settings = _probing(
        tmp_path,
        accounts_file="secrets/accounts.json",
        token_file="secrets/token",
        return_to="http://127.0.0.1:8001/account",
        addresses=["203.0.113.10"],
        timeout_s=2,
        expect_text="Courses",
    )
    plan = probe_plan(settings, settings.probe[0])
    assert (plan.name, plan.journey, plan.start_url) == ("sign-in", "oidc", "https://portal.school.example/courses/")
    assert (plan.account, plan.headers) == (("eve", "e"), (("X-Synthetic", "token of a test"),))
    assert plan.hosts == ("127.0.0.1:8001", "portal.school.example")
    assert (plan.return_url, plan.addresses, plan.timeout_s) == (settings.probe[0].return_to, ("203.0.113.10",), 2)
    assert plan.expect_text == "Courses"


def test_a_probe_may_have_its_name_and_password_in_two_files(tmp_path: Path) -> None:
    settings = _probing(tmp_path, username_file="secrets/name", password_file="secrets/word")
    plan = probe_plan(settings, settings.probe[0])
    assert (plan.account, plan.headers, plan.return_url) == (("name of a test", "word of a test"), (), None)
    assert "of a test" not in repr(plan)


@pytest.mark.parametrize(
    "probe",
    [
        {"accounts_file": "secrets/gone.json"},
        {"username_file": "secrets/gone.json", "password_file": "secrets/word"},
        {"username_file": "secrets/name", "password_file": "secrets/gone.json"},
        {"username_file": "secrets/name", "password_file": "secrets/word", "token_file": "secrets/gone.json"},
    ],
)
def test_a_secret_that_is_missing_is_named_by_its_file(tmp_path: Path, probe: dict[str, object]) -> None:
    settings = _probing(tmp_path, **probe)
    with pytest.raises(InputInvalid) as refused:
        probe_plan(settings, settings.probe[0])
    (problem,) = refused.value.problems
    assert (problem.code, problem.where) == ("probe.secret", "secrets/gone.json")


def test_a_secret_that_is_no_text_is_named_by_its_file_and_not_shown(tmp_path: Path) -> None:
    settings = _probing(tmp_path, username_file="secrets/name", password_file="secrets/word")
    (tmp_path / "site/secrets/word").write_bytes(b"word \xff")
    with pytest.raises(InputInvalid, match="it is not UTF-8") as refused:
        probe_plan(settings, settings.probe[0])
    assert "word " not in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1]", "7", '[{"monitor": true}]', '[{"username": "a"}]'])
def test_accounts_without_one_for_probes_are_refused_and_none_is_shown(tmp_path: Path, text: str) -> None:
    settings = _probing(tmp_path, accounts_file="secrets/accounts.json")
    (tmp_path / "site/secrets/accounts.json").write_text(text)
    with pytest.raises(InputInvalid, match="no account for probes"):
        probe_plan(settings, settings.probe[0])


def test_a_secret_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBE_WORD", "a canary of the environment\n")
    settings = _probing(tmp_path, username_file="secrets/name", password_env="PROBE_WORD")
    plan = probe_plan(settings, settings.probe[0])
    assert plan.account == ("name of a test", "a canary of the environment")
    monkeypatch.delenv("PROBE_WORD")
    (problem,) = account_problems(settings, settings.probe)
    assert (problem.code, problem.what) == ("probe.secret", "PROBE_WORD is not set in the environment")
    assert problem.where.endswith("probe[0].password_env")


def test_a_client_of_a_provider_needs_its_issuer_its_name_and_where_its_secret_is(tmp_path: Path) -> None:
    settings = _probing(
        tmp_path,
        journey="openid",
        start="",
        issuer="https://id.school.example/o",
        client_id="probe",
        client_secret_file="secrets/token",
        redirect_uri="https://probe.invalid/",
        username_file="secrets/name",
        password_file="secrets/word",
        hosts=["keys.school.example"],
    )
    plan = probe_plan(settings, settings.probe[0])
    assert (plan.start_url, plan.issuer, plan.client.id) == (plan.issuer, "https://id.school.example/o", "probe")
    assert plan.client.secret == "token of a test"
    assert set(plan.hosts) > {"id.school.example", "keys.school.example"}
    assert not plan.names_host("https://probe.invalid/")
    assert "of a test" not in repr(plan)


def test_a_key_of_one_time_codes_must_be_one_and_is_not_shown(tmp_path: Path) -> None:
    settings = _probing(
        tmp_path,
        username_file="secrets/name",
        password_file="secrets/word",
        totp_secret_file="secrets/token",
        every_s=60,
    )
    (tmp_path / "site/secrets/token").write_text("canary 1 0")
    (problem,) = account_problems(settings, settings.probe)
    assert problem.code == "probe.totp"
    assert "canary" not in str(problem)
