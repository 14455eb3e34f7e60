"""The journeys of a client at a plain django-oauth-toolkit: its consent page, and a page for a one-time code."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b32encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import Client, ProbePlan

ROOT = Path(__file__).parents[3]
SECRET, PASSWORD, KEY = "client-secret-canary", "password-canary", b32encode(b"key of one-time codes").decode()


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("django")
    for name, text in (("secret", SECRET), ("password", PASSWORD), ("totp", KEY)):
        (place / name).write_text(text)
    command = [sys.executable, "-m", "tests.probe.django_site", str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as served:
        assert served.stdout is not None
        yield f"{served.stdout.readline().strip()}/o"
        served.terminate()


def sign_in(issuer: str, name: str = "one-step", journey: str = "openid", **changes: object) -> ProbeResult:
    client = Client(
        str(changes.pop("client_id", "probe")),
        SECRET,
        "https://probe.invalid/callback",
        scope="openid introspection",
        post_sign_out_uri="https://probe.invalid/signed-out",
    )
    then = ("userinfo", "refresh", "introspection", "sign-out")
    given = {"account": (name, PASSWORD), "client": client, "then": then} | changes
    return run(ProbePlan("django", journey, issuer, issuer=issuer, **given), datetime.now(UTC))  # type: ignore[arg-type]


def names(result: ProbeResult) -> list[str]:
    return list(dict.fromkeys(step.name for step in result.steps))


def test_a_person_signs_in_consents_stays_and_signs_out(issuer: str) -> None:
    result = sign_in(issuer)
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    assert "consent was asked for and given" in result.notes
    pages = ["discovery", "open", "sign-in", "after-sign-in"]
    assert names(result) == [*pages, "token", "keys", "userinfo", "refresh", "sign-out", "after-sign-out"]


def test_a_person_with_a_second_step_gives_the_code_of_the_moment(issuer: str) -> None:
    result = sign_in(issuer, "two-steps", totp_secret=KEY)
    assert result.reason == "ok"
    assert "one-time-code" in names(result)


@pytest.mark.parametrize(
    ("key", "reason"), [("", "no-code"), (b32encode(b"another key").decode(), "wrong-one-time-code")]
)
def test_a_second_step_without_its_key_or_with_another_ends_there(issuer: str, key: str, reason: str) -> None:
    result = sign_in(issuer, "two-steps", totp_secret=key)
    assert result.reason == reason
    assert key not in repr(result) + json.dumps(msgspec.to_builtins(result)) or not key


def test_a_program_signs_in_as_itself_and_its_token_is_active(issuer: str) -> None:
    result = sign_in(issuer, journey="client-credentials", client_id="program")
    assert result.reason == "ok"


def test_a_grant_that_the_client_must_not_use_is_refused(issuer: str) -> None:
    assert sign_in(issuer, journey="client-credentials").reason == "token-refused"
