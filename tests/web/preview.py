"""Look at the dashboard: serve it with a told story, or picture every page of it.

    python tests/web/preview.py planned                  serve drill A up to its plan; sign in as mara
    python tests/web/preview.py planned --shots DIR      desktop and phone, light and dark, as PNG files in DIR
Chapters: calm, and those of `story.CHAPTERS`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "doorward.web.settings"

from playwright.sync_api import Browser, sync_playwright

from doorward import settings as doorward_settings
from doorward.store.connection import open_store, release
from doorward.web import server

NAME, PASSWORD = "mara", "a long enough pass phrase"
PAGES = {
    "status": "/",
    "incidents": "/incidents/",
    "incident": "/incidents/2026-11-21-1/",
    "approve": "/incidents/2026-11-21-1/approve/",
    "reviews": "/reviews/",
    "configuration": "/configuration/",
    "probes": "/probes/",
    "watch": "/watch/",
    "account": "/account/",
}
CONTRAST = Path(__file__).with_name("contrast.js").read_text()
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


def main() -> None:
    """Serve until interrupted, or picture and end."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("chapter")
    arguments.add_argument("--shots", type=Path)
    arguments.add_argument("--only", default="")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorward-preview-") as folder:
        settings = _prepared(Path(folder), chosen.chapter)
        listening = server.listen(settings)
        if not chosen.shots:
            print(f"{listening.address}  {NAME} / {PASSWORD}", flush=True)
            server.serve(settings, listening=listening)
            return
        stop = threading.Event()
        thread = threading.Thread(target=server.serve, args=(settings, stop, listening))
        thread.start()
        try:
            _picture_all(listening.address, chosen.shots, chosen.chapter, chosen.only.split(",") if chosen.only else [])
        finally:
            stop.set()
            thread.join()


def _prepared(folder: Path, chapter: str) -> doorward_settings.Settings:
    toml = (Path(__file__).parent / "school.toml").read_text()
    (folder / "auth.toml").write_text("[session]\nbind_ipv4_prefix = 24\n")
    (folder / "doorward.toml").write_text(toml)
    settings = doorward_settings.load(folder / "doorward.toml")
    open_store(settings)
    # Only now: these need the store's registry.
    from django.contrib.auth import get_user_model

    from web import story

    now = datetime.now(UTC)
    get_user_model().objects.create_user(NAME, None, PASSWORD)
    calm = chapter in {"calm", "recovered", "resolved"}
    story.traffic(now, hurt_for_s=0 if calm else 180, minutes=28)
    story.healthy(now)
    story.probing(now, story.ProbeOutcome.PASSED if calm else story.ProbeOutcome.FAILED, runs=30)
    if chapter != "calm":
        story.tell(now, chapter)
    release()
    return settings


def _picture_all(address: str, folder: Path, chapter: str, only: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for size in SIZES:
            for scheme in ("light", "dark"):
                _picture(browser, address, folder, (chapter, size, scheme), only)
        browser.close()


def _picture(browser: Browser, address: str, folder: Path, look: tuple[str, str, str], only: list[str]) -> None:
    chapter, size, scheme = look
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda message: print(f"console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: print(f"page error: {error}"))
    page.goto(address + "/sign-in/")
    page.screenshot(path=folder / f"{chapter}-{size}-{scheme}-sign-in.png")
    page.fill("#username", NAME)
    page.fill("#password", PASSWORD)
    page.click("button")
    for name, path in PAGES.items():
        if only and name not in only:
            continue
        page.goto(address + path)
        page.wait_for_timeout(300)
        for faint in page.evaluate(CONTRAST):
            print(f"{name} {size} {scheme}: {faint}")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            print(f"{name} {size}: {overflow} px too wide")
        page.screenshot(path=folder / f"{chapter}-{size}-{scheme}-{name}.png", full_page=True)
    context.close()


if __name__ == "__main__":
    main()
