"""A real browser: the page follows the story by itself and takes nothing from the person who is typing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from .test_server import Dashboard, dashboard  # noqa: F401  (a fixture)

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed")
CONTRAST = Path(__file__).with_name("contrast.js").read_text()
PATIENCE_MS = 15_000
# The text for people who wait tells the minute: as if it had been read in another one, and selected by hand.
SELECT_AS_OF_ANOTHER_MINUTE = r"""() => {
  const text = document.querySelector(".notice").firstChild;
  text.data = text.data.replace(/[0-9]{2}:[0-9]{2} UTC\.\)$/, "99:99 UTC.)");
  if (!text.data.endsWith("99:99 UTC.)")) throw new Error("the text tells no minute");
  getSelection().setBaseAndExtent(text, 0, text, text.length);
}"""


@pytest.fixture
def page() -> Iterator[Page]:
    """A tab of headless Chromium; any complaint on its console fails the test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        tab = browser.new_page()
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        yield tab
        browser.close()
        assert complaints == []


def sign_in(page: Page, dashboard: Dashboard) -> None:  # noqa: F811
    """Sign in as mara by the form."""
    page.goto(f"{dashboard.client.base_url}/sign-in/")
    page.fill("#username", "mara")
    page.fill("#password", "a long enough pass phrase")
    page.click("button")


def test_every_text_can_be_read_light_and_dark_and_no_page_is_wider_than_a_phone(
    dashboard: Dashboard,  # noqa: F811
    page: Page,
) -> None:
    sign_in(page, dashboard)
    dashboard.tell("recovered")
    expect(page.locator(".timeline")).to_contain_text("People could sign in again", timeout=PATIENCE_MS)
    page.set_viewport_size({"width": 360, "height": 740})
    for address in (
        "/",
        "/incidents/2026-11-21-1/",
        "/configuration/",
        "/probes/",
        "/watch/",
        "/reviews/",
        "/account/",
    ):
        page.goto(f"{dashboard.client.base_url}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert page.evaluate(CONTRAST) == [], (address, scheme)


def test_an_open_page_follows_the_incident_and_keeps_what_is_being_typed_opened_and_selected(
    dashboard: Dashboard,  # noqa: F811
    page: Page,
) -> None:
    sign_in(page, dashboard)
    expect(page.locator("h1")).to_have_text("Cannot tell: no probe has run yet")
    dashboard.tell("planned")
    expect(page.locator("h1")).to_contain_text("People cannot sign in: Sessions are refused", timeout=PATIENCE_MS)
    page.reload()
    page.fill("#note-text", "the help desk kno")
    page.click("#sign-ins-table summary")
    page.click("#acknowledge")
    expect(page.locator(".message")).to_contain_text("You have the incident")
    page.fill("#note-text", "the help desk kno")
    page.click("#sign-ins-table summary")
    page.evaluate(SELECT_AS_OF_ANOTHER_MINUTE)
    dashboard.note("another operator's note")
    expect(page.locator(".timeline")).to_contain_text("another operator's note", timeout=PATIENCE_MS)
    assert page.input_value("#note-text") == "the help desk kno"
    assert page.get_attribute("#sign-ins-table", "open") is not None
    selected, notice = page.evaluate("[String(getSelection()), document.querySelector('.notice').textContent]")
    assert selected == notice != ""
    assert "99:99" not in notice
    page.click("#approve")
    expect(page.locator("h1")).to_have_text("Apply this plan?")
    page.click("button.main")
    expect(page.locator(".message")).to_contain_text("Approved.")
