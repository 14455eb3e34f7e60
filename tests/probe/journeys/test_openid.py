"""The journey of a client that knows no more than the issuer, against a small provider, one fault at a time."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus, urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.commands.probing import text
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import Client, ProbePlan
from tests.probe.conftest import ACCOUNT, Site
from tests.probe.openid_site import AFTER, CLIENT, REDIRECT, SECRET, OpenIdSite

ALL = ("userinfo", "refresh", "introspection", "sign-out")


@pytest.fixture
def provider(serve: Callable[[Site], Site]) -> OpenIdSite:
    site = serve(OpenIdSite())
    assert isinstance(site, OpenIdSite)
    return site


def sign_in(site: Site, journey: str = "openid", **changes: object) -> ProbeResult:
    client = Client(CLIENT, str(changes.pop("secret", SECRET)), REDIRECT, post_sign_out_uri=AFTER)
    given = {"account": ACCOUNT, "timeout_s": 2.0, "then": ALL} | changes
    plan = ProbePlan("sso", journey, site.address, issuer=site.address, client=client, **given)  # type: ignore[arg-type]
    return run(plan, datetime.now(UTC))


def test_the_whole_life_of_a_session_from_discovery_to_sign_out(provider: OpenIdSite) -> None:
    result = sign_in(provider)
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    assert [(step.name, urlsplit(step.url).path) for step in result.steps] == [
        ("discovery", "/.well-known/openid-configuration"),
        ("open", "/authorize"),
        ("user-name", "/name"),
        ("sign-in", "/word"),
        ("after-sign-in", "/consent"),
        ("token", "/token"),
        ("keys", "/jwks"),
        ("userinfo", "/userinfo"),
        ("refresh", "/token"),
        ("introspection", "/introspect"),
        ("sign-out", "/sign-out"),
        ("after-sign-out", "/authorize"),
    ]
    assert "consent was asked for and given" in result.notes


@pytest.mark.parametrize(
    ("fault", "reason", "step"),
    [
        ("http-500", "http-500", "discovery"),
        ("not-json", "discovery-invalid", "discovery"),
        ("not-utf-8", "discovery-invalid", "discovery"),
        ("other-issuer", "discovery-invalid", "discovery"),
        ("loop", "too-many-redirects", "open"),
        ("refuses", "provider-refused", "open"),
        ("csrf", "csrf-refused", "user-name"),
        ("no-way-back", "no-code", "after-sign-in"),
        ("other-state", "state-mismatch", "after-sign-in"),
        ("other-iss", "state-mismatch", "after-sign-in"),
        ("secret-changed", "client-refused", "token"),
        ("token-page", "token-answer-invalid", "token"),
        ("no-keys", "keys-invalid", "keys"),
        ("rotated-without-overlap", "id-token-key-unknown", "keys"),
        ("other-key", "id-token-signature", "keys"),
        ("unsigned", "id-token-signature", "keys"),
        ("id-issuer", "id-token-issuer", "keys"),
        ("id-audience", "id-token-audience", "keys"),
        ("id-nonce", "id-token-nonce", "keys"),
        ("clock-ahead", "id-token-time", "keys"),
        ("clock-behind", "id-token-time", "keys"),
        ("other-person", "userinfo-invalid", "userinfo"),
        ("no-refresh", "refresh-refused", "refresh"),
        ("sign-out-500", "http-500", "sign-out"),
        ("keeps-session", "session-survived-sign-out", "after-sign-out"),
        ("asks-to-sign-out", "ok", "after-sign-out"),
    ],
)
def test_each_fault_ends_with_its_own_reason_at_its_own_step(
    provider: OpenIdSite, fault: str, reason: str, step: str
) -> None:
    provider.faults.add(fault)
    result = sign_in(provider)
    assert (result.reason, result.steps[-1].name) == (reason, step)
    assert (result.outcome is ProbeOutcome.PASSED) == (reason == "ok")
    assert result.expected


def test_a_clock_that_is_off_is_told_in_seconds(provider: OpenIdSite) -> None:
    provider.faults.add("clock-ahead")
    told = re.search(r"begins in (\d+) s", sign_in(provider).expected)
    assert told is not None
    assert 500 < int(told[1]) <= 600


def test_a_user_name_that_is_not_known_is_told_from_a_wrong_password(provider: OpenIdSite) -> None:
    assert sign_in(provider, account=("nobody", "x")).reason == "wrong-user-name"
    assert sign_in(provider, account=(ACCOUNT[0], "wrong")).reason == "wrong-password"


def test_an_issuer_that_is_not_there_is_unreachable(provider: OpenIdSite) -> None:
    plan = ProbePlan("sso", "openid", "http://no-such-host.invalid", issuer="http://no-such-host.invalid")
    result = run(plan, datetime.now(UTC))
    assert (result.outcome, result.reason, result.steps[-1].name) == (ProbeOutcome.UNREACHABLE, "dns", "discovery")


def test_what_the_provider_does_not_offer_is_said_and_not_blamed(provider: OpenIdSite) -> None:
    result = sign_in(provider, then=())
    assert (result.reason, result.steps[-1].name) == ("ok", "keys")


def test_a_second_step_takes_the_code_of_this_moment(provider: OpenIdSite) -> None:
    # The code of every moment is another; the site takes whatever this key gives now.
    provider.one_time_code = "000000"
    assert sign_in(provider).reason == "no-one-time-code-to-give"
    result = sign_in(provider, totp_secret="GEZDGNBVGY3TQOJQ")
    assert (result.reason, result.steps[-1].name) == ("wrong-one-time-code", "one-time-code")
    (given,) = [request.form["otp"] for request in provider.asked if request.path == "/code"]
    provider.one_time_code = given
    assert len(given) == 6


@pytest.mark.parametrize(
    ("fault", "reason"), [("", "ok"), ("secret-changed", "client-refused"), ("token-page", "token-answer-invalid")]
)
def test_a_program_signs_in_as_itself(provider: OpenIdSite, fault: str, reason: str) -> None:
    provider.faults.add(fault)
    assert sign_in(provider, "client-credentials", account=("", "")).reason == reason


@pytest.mark.parametrize("faults", ["", "other-key", "keeps-session", "no-refresh", "other-state"])
def test_no_token_code_or_secret_is_in_a_result(provider: OpenIdSite, faults: str) -> None:
    provider.faults.update(faults.split())
    result = sign_in(provider)
    told = repr(result) + json.dumps(msgspec.to_builtins(result))
    for secret in (*provider.secrets, *provider.tokens, SECRET, ACCOUNT[1]):
        assert secret not in told


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    password=st.text(alphabet="abcXYZ019 /%&=+?#;é", max_size=30).map("canary {}".format),
    secret=st.text(alphabet="abcXYZ019:/%&=+", max_size=30).map("canary-{}".format),
    fault=st.sampled_from(["", "other-key", "refuses", "other-state", "secret-changed", "not-json", "sign-out-500"]),
)
def test_the_transcript_of_a_failed_sign_in_shows_no_secret(
    provider: OpenIdSite, password: str, secret: str, fault: str
) -> None:
    provider.faults = {fault}
    for account in ((ACCOUNT[0], password), ACCOUNT):
        result = sign_in(provider, account=account, secret=secret)
        told = text(result) + repr(result) + json.dumps(msgspec.to_builtins(result), ensure_ascii=False)
        for hidden in (password, secret, ACCOUNT[1], *provider.secrets, *provider.tokens):
            for written in (hidden, quote(hidden, safe=""), quote_plus(hidden), b64encode(hidden.encode()).decode()):
                assert written not in told
