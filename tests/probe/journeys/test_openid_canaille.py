"""The journeys of a client at canaille, with its own pages: a user name, then a password (`make providers`)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import Client, ProbePlan

ROOT = Path(__file__).parents[3]
PLACE = ROOT / ".providers" / "canaille"
SECRET, PASSWORD = "client-secret-canary", "password-canary"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not (PLACE / ".ready").exists():
        pytest.skip("canaille is not here: make providers")
    script = ROOT / "tests" / "probe" / "canaille" / "server.py"
    command = [str(PLACE / "bin" / "python"), str(script), SECRET, PASSWORD]
    place = tmp_path_factory.mktemp("canaille")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=place) as served:
        assert served.stdout is not None
        yield served.stdout.readline().strip()
        served.terminate()


def sign_in(issuer: str, journey: str = "openid", name: str = "ada", password: str = PASSWORD) -> ProbeResult:
    client = Client(
        "probe",
        SECRET,
        "https://probe.invalid/callback",
        scope="openid profile",
        post_sign_out_uri="https://probe.invalid/signed-out",
    )
    then = ("userinfo", "refresh", "introspection", "sign-out")
    account = (name, password)
    plan = ProbePlan(
        "canaille",
        journey,
        issuer,
        issuer=issuer,
        account=account,
        client=client,
        then=then,
        timeout_s=15.0,
        total_s=60,
    )
    return run(plan, datetime.now(UTC))


def test_a_person_signs_in_over_two_pages_consents_stays_and_signs_out(issuer: str) -> None:
    result = sign_in(issuer)
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    pages = ["discovery", "open", "user-name", "sign-in", "after-sign-in"]
    then = ["token", "keys", "userinfo", "refresh", "introspection", "sign-out", "after-sign-out"]
    assert list(dict.fromkeys(step.name for step in result.steps)) == [*pages, *then]


def test_a_program_signs_in_as_itself(issuer: str) -> None:
    assert sign_in(issuer, "client-credentials").reason == "ok"


def test_a_wrong_password_is_named_and_not_shown(issuer: str) -> None:
    result = sign_in(issuer, password="another canary")
    assert result.reason == "wrong-password"
    assert "canary" not in repr(result)
