"""Make the README's picture from a running dashboard in an incident: `python -m docs.picture` (needs Chromium).

It plays the first drill as far as the recovery, signs in to the dashboard by its one-time link, and photographs it.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from doorward.incident_log import fold_all
from doorward.review.drills import fault, scenario
from doorward.review.drills.entries import proved_good, read_entries
from doorward.review.drills.site import Stage, wait_until

DOCS = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main(directory: Path) -> None:
    """Write docs/pictures/*.png: the dashboard calm and in incident, the incident, the postmortem, the school."""
    stage = Stage(directory)
    drill = scenario.load(DOCS.parent / "drills", "2023-10-11-portal")
    with closing(stage), sync_playwright() as playwright:
        stage.build()
        # A person approves in the picture, by the buttons that people have.
        fault.write(stage.config, stage.config.read_text().replace('approval = "policy"', 'approval = "ask"'))
        stage.open_school()
        stage.post_doorward()
        stage.let_people_in(drill, 240)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        _sign_in(page, directory)
        wait_until(lambda: proved_good(stage.database) == 2, 60, "the configurations are not proved good")
        time.sleep(30)
        _shoot(page, "calm")
        path = stage.school / "auth.toml"
        fault.write(path, fault.changed(path, drill.change.key, drill.change.value))
        stage.reload("auth")
        wait_until(lambda: any(one.plan for one in fold_all(read_entries(stage.database))), 60, "no plan was made")
        wait_until(lambda: any(one.question for one in fold_all(read_entries(stage.database))), 60, "no question")
        home = page.url
        page.goto(home)
        _shoot(page, "incident")
        _approve(page)
        wait_until(lambda: any(one.recovered_at for one in fold_all(read_entries(stage.database))), 90, "no recovery")
        incident = fold_all(read_entries(stage.database))[-1].id
        page.goto(f"{home}incidents/{incident}/")
        _shoot(page, "incident-whole", full=True)
        page.goto(f"{home}incidents/{incident}/postmortem/")
        _shoot(page, "postmortem", full=True)
        browser.close()


def _sign_in(page: Page, directory: Path) -> None:
    link = re.search(r"http://\S+/set-up/\S+", (directory / "doorward.out").read_text())
    assert link is not None
    page.goto(link[0])
    page.fill("input[name=username]", "operator")
    for field in page.query_selector_all("input[type=password]"):
        field.fill("a long enough pass phrase")
    page.click("form button.main")
    page.wait_for_load_state()


def _approve(page: Page) -> None:
    page.click("a:has-text('Approve plan'), button:has-text('Approve plan')")
    page.wait_for_load_state()
    page.click("form button.main")
    page.wait_for_load_state()


def _shoot(page: Page, name: str, full: bool = False) -> None:
    folder = DOCS / "pictures"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=full)
    print(f"written: {folder / name}.png", file=sys.stderr)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="doorward-picture-") as name:
        main(Path(name))
