"""The bind on a real directory: by ldap, ldaps and StartTLS, refused in each way that people meet, and out of reach."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.ber import ENUMERATED, SEQUENCE, encoded, integer, octets
from doorward.probe.driver import run
from doorward.probe.exchange import Done
from doorward.probe.journeys.ldap import LdapBind, Phase
from doorward.probe.line import Heard
from doorward.probe.means import Means
from doorward.probe.plan import ProbePlan
from tests.probe.slapd import PASSWORD, PERSON, SLAPD, Directory, directory, free_ports

needs_slapd = pytest.mark.skipif(SLAPD is None, reason="slapd is not installed")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with directory(tmp_path_factory.mktemp("ldap") / "directory") as found:
        yield found


def bind(
    url: str, authorities: str = "", name: str = PERSON, password: str = PASSWORD, starttls: bool = False
) -> ProbeResult:
    plan = ProbePlan(
        "directory", "ldap", url, account=(name, password), authorities=authorities, means=Means(starttls=starttls),
        timeout_s=3.0,
    )  # fmt: skip
    return run(plan, datetime.now(UTC))


@needs_slapd
@pytest.mark.parametrize(("scheme", "starttls"), [("ldap", False), ("ldaps", False), ("ldap", True)])
def test_the_account_binds_and_is_somebody(served: Directory, scheme: str, starttls: bool) -> None:
    result = bind(served.address(scheme), served.authorities, starttls=starttls)
    assert (result.outcome, result.reason, result.notes) == (ProbeOutcome.PASSED, "ok", ())
    names = [step.name for step in result.steps]
    assert names == ["connect", *["start-tls", "tls"] * starttls, "root", "bind", "who-am-i", "leave"]
    timed = next(step for step in result.steps if step.name == ("tls" if starttls else "connect"))
    assert (timed.timing.tls_ms is not None) == (starttls or scheme == "ldaps")


@needs_slapd
def test_a_wrong_password_is_told_from_a_locked_account_though_the_directory_refuses_both_alike(
    tmp_path: Path,
) -> None:
    with directory(tmp_path / "own") as own:
        said = [bind(own.address(), password=word).reason for word in ("no", "no", "no", PASSWORD)]
        assert said == ["wrong-password", "wrong-password", "account-locked", "account-locked"]


@needs_slapd
@pytest.mark.parametrize(
    ("name", "reason"),
    [("old", "password-expired"), ("reset", "password-must-be-changed"), ("nobody", "wrong-password")],
)
def test_an_account_that_may_not_go_on_is_named_for_why(served: Directory, name: str, reason: str) -> None:
    result = bind(served.address(), name=f"cn={name},dc=example,dc=org")
    assert (result.outcome, result.reason, result.steps[-1].name) == (ProbeOutcome.FAILED, reason, "bind")


@needs_slapd
@pytest.mark.parametrize("starttls", [False, True])
def test_a_certificate_that_nobody_vouches_for_is_named(served: Directory, starttls: bool) -> None:
    result = bind(served.address("ldap" if starttls else "ldaps"), starttls=starttls)
    assert (result.outcome, result.reason) == (ProbeOutcome.FAILED, "tls-untrusted")


@needs_slapd
def test_a_certificate_for_another_host_is_named(served: Directory) -> None:
    assert bind(served.address("ldaps", "localhost"), served.authorities).reason == "tls-wrong-name"


@needs_slapd
def test_a_certificate_that_has_ended_is_named(tmp_path: Path) -> None:
    with directory(tmp_path / "own", ends_in_days=-1) as own:
        assert bind(own.address("ldaps"), own.authorities).reason == "tls-certificate-expired"


@needs_slapd
def test_a_certificate_that_ends_soon_is_a_note(tmp_path: Path) -> None:
    with directory(tmp_path / "own", ends_in_days=5.5) as own:
        result = bind(own.address("ldaps"), own.authorities)
        assert result.reason == "ok"
        assert result.notes == (f"the certificate of 127.0.0.1:{own.tls_port} ends in 5 days",)


@needs_slapd
def test_a_directory_that_wants_encryption_says_so_and_is_heard(tmp_path: Path) -> None:
    with directory(tmp_path / "own", more="security simple_bind=128") as own:
        assert bind(own.address()).reason == "encryption-required"
        assert bind(own.address(), own.authorities, starttls=True).reason == "ok"


@needs_slapd
def test_neither_name_nor_password_is_in_a_result(served: Directory) -> None:
    told = repr([bind(served.address()), bind(served.address(), password="canary-password")])
    assert not any(secret in told for secret in (PASSWORD, PERSON, "canary-password", "prober,"))


def test_a_directory_that_is_not_there_is_unreachable() -> None:
    result = bind(f"ldap://127.0.0.1:{free_ports(1)[0]}")
    assert (result.outcome, result.reason) == (ProbeOutcome.UNREACHABLE, "refused")


def test_a_server_of_another_protocol_is_named(form_site) -> None:
    result = bind(form_site.address.replace("http:", "ldap:"))
    assert (result.outcome, result.reason) == (ProbeOutcome.FAILED, "not-the-protocol")


def test_a_server_that_takes_the_connection_and_says_nothing_is_late() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        plan = ProbePlan(
            "d", "ldap", f"ldap://127.0.0.1:{silent.getsockname()[1]}", account=("a", "b"), timeout_s=0.2
        )  # fmt: skip
        result = run(plan, datetime.now(UTC))
    assert (result.outcome, result.reason) == (ProbeOutcome.UNREACHABLE, "timeout")


def test_a_host_that_the_plan_does_not_name_is_not_asked() -> None:
    plan = ProbePlan("d", "ldap", "ldap://127.0.0.1:1", account=("a", "b"), hosts=("ldap.example.org",))
    assert run(plan, datetime.now(UTC)).reason == "host-not-named"


def test_a_bind_without_a_password_would_prove_nothing_and_is_not_tried() -> None:
    result = bind("ldap://127.0.0.1:1", password="")
    assert (result.reason, result.steps) == ("signed-in-as-nobody", ())


@pytest.mark.parametrize(
    ("code", "said", "reason"),
    [
        (49, "80090308: LdapErr: DSID-0C09044E, comment: error, data 775, v2580", "account-locked"),
        (49, "80090308: LdapErr: DSID-0C09044E, comment: error, data 52e, v2580", "wrong-password"),
        (49, "80090308: LdapErr: DSID-0C09044E, comment: error, data 533, v2580", "account-disabled"),
        (51, "", "directory-busy"),
        (52, "", "directory-unavailable"),
        (80, "", "ldap-80"),
    ],
    ids=["ad-locked", "ad-wrong", "ad-disabled", "busy", "unavailable", "other"],
)  # fmt: skip
def test_a_refusal_is_named_by_its_code_and_active_directorys_own_words(code: int, said: str, reason: str) -> None:
    journey = LdapBind(ProbePlan("d", "ldap", "ldap://x", account=("a", "b")), Phase.BINDING)
    answer = encoded(0x61, integer(code, ENUMERATED), octets(""), octets(said))
    ended = journey.receive(Heard(encoded(SEQUENCE, integer(2), answer)))
    assert isinstance(ended, Done)
    assert ended.reason == reason
