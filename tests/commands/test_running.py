"""`doorward run` refuses a whole that cannot work, and `doorward settings` explains every key."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.settings_tables import tables
from tests.commands.conftest import Run

WRONG = """\
[service]
nam = "x"
[[component]]
name = "Auth Service"
role = "king"
kind = "school"
[dashboard]
port = "eighty"
"""
CROSSED = """\
[service]
name = "x"
[[component]]
name = "auth"
role = "provider"
kind = "school"
config = ["auth.toml"]
reload = { signal = "HUP" }
[[probe]]
name = "p"
journey = "form"
start = "http://127.0.0.1:1/"
[respond]
level = [{ name = "IT", channels = ["sms"] }]
"""
LACKING = """\
[service]
name = "x"
[[component]]
name = "auth"
role = "provider"
kind = "zope"
[[component]]
name = "portal"
role = "client"
kind = "school"
log_kind = "tomcat"
[[probe]]
name = "p"
journey = "form"
start = "http://127.0.0.1:1/"
username_file = "name"
password_file = "word"
"""


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (WRONG, ("1 service.name", "2 service.nam", "4 component[0].name", "5 component[0].role", "8 dashboard.port")),
        (
            CROSSED,
            ("7 component[0].config", "8 component[0].reload.signal", "9 probe[0]", "14 respond.level[0].channels"),
        ),
        (
            LACKING,
            (
                "6 component[0].kind",
                "11 component[1].log_kind",
                "16 probe[0].username_file",
                "17 probe[0].password_file",
            ),
        ),
        ('[service\nname = "x"\n', ("1:9",)),
    ],
)
def test_every_problem_of_doorward_toml_is_shown_at_once_with_its_line(
    doorward: Run, tmp_path: Path, text: str, places: tuple[str, ...]
) -> None:
    (tmp_path / "doorward.toml").write_text(text)
    said = doorward("run")
    assert said.code == 2
    for place in places:
        assert f"doorward.toml:{place}: " in said.err
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", ["not-there.toml", "."])
def test_a_doorward_toml_that_cannot_be_read_is_wrong_use(doorward: Run, name: str) -> None:
    said = doorward("run", "--config", name)
    assert said.code == 2
    assert f"{name}: cannot be read" in said.err


def test_bytes_that_are_no_text_are_wrong_use(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "doorward.toml").write_bytes(b'[service]\nname = "\xff\xfe"\n')
    said = doorward("run")
    assert said.code == 2
    assert "is not UTF-8" in said.err


def test_settings_explains_every_table(doorward: Run) -> None:
    said = doorward("settings")
    assert said.code == 0
    assert all(f"## `{header}`" in said.out for header in tables())
