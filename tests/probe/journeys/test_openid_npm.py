"""The journeys of a client at npm's oidc-provider, with its own pages (`make providers` fetches it)."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import Client, ProbePlan

ROOT = Path(__file__).parents[3]
PLACE = ROOT / ".providers" / "npm"
SECRET, PASSWORD = "client-secret-canary", "password-canary"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    if shutil.which("node") is None:
        pytest.skip("node is not here")
    if not (PLACE / ".ready").exists():
        pytest.skip("oidc-provider is not here: make providers")
    script = ROOT / "tests" / "probe" / "npm" / "provider.mjs"
    command = ["node", str(script), str(PLACE), SECRET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as served:
        assert served.stdout is not None
        yield served.stdout.readline().strip()
        served.terminate()


def sign_in(issuer: str, journey: str = "openid", secret: str = SECRET) -> ProbeResult:
    client = Client(
        "probe",
        secret,
        "https://probe.invalid/callback",
        scope="openid offline_access",
        post_sign_out_uri="https://probe.invalid/signed-out",
    )
    then = ("userinfo", "refresh", "introspection", "sign-out")
    account = ("ada", PASSWORD)
    return run(
        ProbePlan("npm", journey, issuer, issuer=issuer, account=account, client=client, then=then), datetime.now(UTC)
    )


def test_a_person_signs_in_consents_stays_and_signs_out(issuer: str) -> None:
    result = sign_in(issuer)
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    names = list(dict.fromkeys(step.name for step in result.steps))
    pages = ["open", "sign-in", "after-sign-in"]
    then = ["userinfo", "refresh", "introspection", "sign-out", "after-sign-out"]
    assert names == ["discovery", *pages, "token", "keys", *then]
    assert result.notes == ("consent was asked for and given",)


def test_a_program_signs_in_as_itself(issuer: str) -> None:
    assert sign_in(issuer, "client-credentials").reason == "ok"


@pytest.mark.parametrize("journey", ["openid", "client-credentials"])
def test_a_secret_that_was_changed_at_the_provider_is_named_and_not_shown(issuer: str, journey: str) -> None:
    result = sign_in(issuer, journey, "an old secret canary")
    assert (result.reason, result.steps[-1].name) == ("client-refused", "token")
    told = repr(result) + json.dumps(msgspec.to_builtins(result))
    assert "canary" not in told
