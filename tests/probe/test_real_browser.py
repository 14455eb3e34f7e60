"""A sign-in whose form only a script makes, by a real Chromium."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import msgspec
import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from tests.probe.conftest import ACCOUNT, Reply, Request, Site

Probe = Callable[..., ProbeResult]
_SCRIPT = """<title>App</title><main></main><script>
document.querySelector('main').innerHTML = '<form><input autocomplete=username>' +
  '<input type=password><button>Sign in</button></form><p></p>';
document.querySelector('main form').onsubmit = async event => {
  event.preventDefault();
  const [name, word] = [...document.querySelectorAll('main input')].map(field => field.value);
  const answer = await fetch('/session', {method: 'POST', body: new URLSearchParams({name, word})});
  if (answer.ok) location = '/home?token=' + (await answer.text());
  else document.querySelector('p').textContent = 'Wrong';
};
</script>"""


class ScriptSite(Site):
    """A page that is empty until its script has run."""

    def page(self, request: Request) -> Reply:
        if request.path == "/session":
            if (request.form.get("name"), request.form.get("word")) != ACCOUNT:
                return Reply(403, "no")
            return Reply(200, self.new_secret(), cookies=self.begin(request))
        if request.path == "/home":
            title = "Server Error (500)" if "error-page" in self.faults else "Home"
            return Reply(200, f"<title>{title}</title><h1>Hello</h1>")
        search = '<form action="/search"><input name="q"></form>' if "search-first" in self.faults else ""
        return Reply(200, "<title>App</title>" if "no-form" in self.faults else search + _SCRIPT)


@pytest.fixture
def script_site(serve: Callable[[Site], Site]) -> Site:
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not here")
    pytest.importorskip("playwright.sync_api", reason="Playwright is not here")
    return serve(ScriptSite())


def test_a_form_that_a_script_makes_is_filled_in_by_a_real_browser(script_site: Site, probe: Probe) -> None:
    assert probe(script_site).reason == "no-form"
    result = probe(script_site, journey="browser", timeout_s=15.0, total_s=60.0, expect_text="Hello")
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    assert [(step.name, step.method, step.status) for step in result.steps] == [
        ("open", "GET", 200),
        ("sign-in", "POST", 200),
        ("sign-in", "GET", 200),
    ]
    assert "cookie session is set without SameSite" in result.notes
    told = repr(result) + json.dumps(msgspec.to_builtins(result))
    for secret in (*script_site.secrets, ACCOUNT[1]):
        assert secret not in told


def test_the_name_goes_to_the_form_of_the_password_and_not_to_the_search_before_it(
    script_site: Site, probe: Probe
) -> None:
    script_site.faults.add("search-first")
    assert probe(script_site, journey="browser", timeout_s=15.0, total_s=60.0).reason == "ok"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("no-form", "no-form"), ("error-page", "error-page-with-200")],
)
def test_each_fault_ends_with_its_own_reason(script_site: Site, probe: Probe, fault: str, reason: str) -> None:
    script_site.faults.add(fault)
    # The time that a page has to show a form is waited for where none comes.
    timeout_s = 3.0 if fault == "no-form" else 15.0
    assert probe(script_site, journey="browser", timeout_s=timeout_s, total_s=60.0).reason == reason


def test_a_wrong_password_is_named(script_site: Site, probe: Probe) -> None:
    result = probe(script_site, journey="browser", account=("prober", "wrong"), timeout_s=3.0)
    assert result.reason == "wrong-password"


def test_a_page_cannot_make_the_browser_ask_a_host_that_is_not_named(script_site: Site, probe: Probe) -> None:
    result = probe(script_site, journey="browser", start_url="http://localhost.example.invalid/", timeout_s=15.0)
    assert (result.outcome, result.reason) == (ProbeOutcome.UNREACHABLE, "dns")
