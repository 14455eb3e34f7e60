"""The driver makes journeys over real connections and keeps every secret to itself."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import get_args
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.errors import InputInvalid
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import ProbePlan
from doorward.settings_tables import ProbeTable

Probe = Callable[..., ProbeResult]
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def test_each_exchange_is_a_step_with_its_status_and_time(form_site, probe: Probe) -> None:
    result = probe(form_site, return_url=form_site.address + "/")
    assert (result.outcome, result.reason, result.at) == (ProbeOutcome.PASSED, "ok", NOW)
    shown = [(step.name, step.method, step.status, step.url.removeprefix(form_site.address)) for step in result.steps]
    assert shown == [
        ("open", "GET", 302, "/"),
        ("open", "GET", 200, "/sign-in?next"),
        ("sign-in", "POST", 302, "/sign-in?next"),
        ("after-sign-in", "GET", 200, "/"),
        ("return", "GET", 200, "/"),
    ]
    assert result.took_ms == pytest.approx(sum(step.ms for step in result.steps))
    assert result.steps[2].note == "to /"


def test_the_synthetic_token_marks_every_request_to_a_named_host(form_site, probe: Probe) -> None:
    probe(form_site)
    assert {request.headers["x-synthetic"] for request in form_site.asked} == {"synthetic-token-canary"}


def test_a_host_that_the_plan_does_not_name_is_never_asked(pair, probe: Probe) -> None:
    portal, provider = pair
    result = probe(portal, provider, hosts=())
    assert (result.outcome, result.reason) == (ProbeOutcome.FAILED, "host-not-named")
    assert provider.asked == []
    assert result.steps[-1].status is None


def test_a_password_is_not_carried_on_to_a_host_that_is_not_named(form_site, probe: Probe) -> None:
    form_site.faults.add("elsewhere")
    assert probe(form_site).reason == "host-not-named"


def test_a_post_goes_on_as_a_post_where_the_status_says_so(form_site, probe: Probe) -> None:
    form_site.faults.add("keeps-method")
    assert probe(form_site).reason == "ok"
    assert [request.method for request in form_site.asked] == ["GET", "GET", "POST", "POST", "GET"]


def test_a_closed_port_is_refused_and_unreachable(closed_port: int) -> None:
    result = run(ProbePlan("p", "form", f"http://127.0.0.1:{closed_port}/", account=("a", "b")), NOW)
    assert (result.outcome, result.reason) == (ProbeOutcome.UNREACHABLE, "refused")


def test_a_prober_without_network_blames_nobody(closed_port: int) -> None:
    plan = ProbePlan("p", "form", f"http://127.0.0.1:{closed_port}/", control=("127.0.0.1", closed_port))
    result = run(plan, NOW)
    assert (result.outcome, result.reason) == (ProbeOutcome.BLIND, "no-network")


def test_a_control_that_answers_leaves_the_blame_with_the_service(form_site, closed_port: int) -> None:
    port = int(form_site.address.rpartition(":")[2])
    plan = ProbePlan("p", "form", f"http://127.0.0.1:{closed_port}/", control=("127.0.0.1", port))
    assert run(plan, NOW).outcome is ProbeOutcome.UNREACHABLE


def test_a_service_that_answers_badly_is_failed_though_the_control_is_silent(
    form_site, probe: Probe, closed_port: int
) -> None:
    form_site.faults.add("http-500")
    result = probe(form_site, control=("127.0.0.1", closed_port))
    assert (result.outcome, result.reason) == (ProbeOutcome.FAILED, "http-500")


def test_a_journey_that_does_not_exist_is_wrong_use() -> None:
    with pytest.raises(InputInvalid, match="form, oidc"):
        run(ProbePlan("p", "magic", "http://127.0.0.1/"), NOW)


def test_an_endless_redirect_ends(form_site, probe: Probe) -> None:
    result = probe(form_site, start_url=form_site.address + "/loop")
    assert result.reason == "too-many-redirects"
    assert len(result.steps) == 20


@pytest.mark.parametrize("faults", ["", "bound", "error-page", "other-state", "no-code"])
def test_no_secret_of_either_side_is_in_a_result(pair, form_site, probe: Probe, faults: str) -> None:
    portal, provider = pair
    for site in (portal, provider, form_site):
        site.faults.update(faults.split())
    for result in (
        probe(portal, provider, return_url=portal.address + "/courses"),
        probe(form_site),
        probe(form_site, account=("prober", "a wrong password")),
    ):
        told = repr(result) + json.dumps(msgspec.to_builtins(result))
        given_out = [*portal.secrets, *provider.secrets, *form_site.secrets]
        for secret in (*given_out, "correct horse", "correct+horse", "a wrong password", "synthetic-token-canary"):
            assert secret not in told


def _small_hex(secret: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda pair: pair[0].lower(), quote(secret, safe=""))


WRITTEN = (quote, quote_plus, lambda secret: quote(secret, safe=""), _small_hex)
PLACES = ("/a/{}/b", "/x{}y", "/?code={}", "/cb?state={}&code={}", "/p;jsessionid={}", "/#{}", "/?{}", "/x?a={}#{}")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    password=st.text(alphabet="abcXYZ019 /%&=+?#;é", min_size=6, max_size=30),
    places=st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(WRITTEN)), min_size=1, max_size=5),
)
def test_a_site_that_shows_secrets_in_its_addresses_cannot_make_a_result_show_them(
    mirror, probe: Probe, password: str, places: list[tuple[str, Callable[[str], str]]]
) -> None:
    mirror.secrets.clear()
    shown = [password, "synthetic-token-canary", mirror.new_secret()]
    mirror.trail = tuple(place.format(*[write(secret)] * 2) for place, write in places for secret in shown)[:14]
    result = probe(mirror, account=("prober", password))
    told = repr(result) + json.dumps(msgspec.to_builtins(result), ensure_ascii=False)
    for secret in shown:
        for write in (str, *WRITTEN):
            assert write(secret) not in told


def test_a_journey_that_does_not_exist_names_every_one_that_the_settings_know() -> None:
    with pytest.raises(InputInvalid) as refused:
        run(ProbePlan("p", "forms", "http://127.0.0.1:1"), NOW)
    (problem,) = refused.value.problems
    journeys = ProbeTable.model_fields["journey"].annotation
    named = {name for part in get_args(journeys) for name in get_args(part) or (part,)}
    assert set(problem.fix.removeprefix("one of: ").split(", ")) == named
