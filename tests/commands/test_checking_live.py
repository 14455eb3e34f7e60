"""`doorward check --live`: the file beside what its address answers now."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import Run
from tests.sites import Answer, serving

CONFIG = """\
client_id = "app"
client_secret = "not-shown"
cookie_secret = "0123456789abcdef0123456789abcdef"
cookie_name = "sid"
cookie_samesite = "lax"
cookie_secure = false
email_domains = ["*"]
"""


def _rules(doorward: Run, path: Path, address: str, *options: str) -> list[str]:
    said = doorward("check", str(path), "--public-url", address, "--format", "json", "--fail-on", "never", *options)
    assert said.code == 0, said.err
    return [one["rule"] for one in json.loads(said.out)["findings"] if one["rule"].startswith("LIVE-")]


def test_what_answers_is_looked_at_only_where_that_is_asked(doorward: Run, tmp_path: Path) -> None:
    def site(path: str) -> Answer:
        return 500, {"Set-Cookie": "sid=1; Path=/; SameSite=Strict", "Age": "7"}, b"broken"

    path = tmp_path / "proxy.cfg"
    path.write_text(CONFIG)
    with serving(site) as (address, asked):
        assert _rules(doorward, path, address) == []
        assert asked == []
        assert _rules(doorward, path, address, "--live") == ["LIVE-06", "LIVE-10", "LIVE-09"]


def test_a_configuration_without_an_address_is_told_of(doorward: Run, tmp_path: Path) -> None:
    path = tmp_path / "proxy.cfg"
    path.write_text(CONFIG)
    said = doorward("check", str(path), "--live", "--fail-on", "never")
    assert said.code == 0
    assert "not asked:" in said.err
