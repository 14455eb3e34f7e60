"""doorward.toml is read whole or refused whole: every problem at once, with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.settings import load
from doorward.settings_tables import reference, tables

GOOD = """\
[service]
name = "Portal"
[[component]]
name = "auth"
role = "provider"
kind = "school"
"""


def _load(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "doorward.toml"
    path.write_text(text)
    with pytest.raises(InputInvalid) as raised:
        load(path)
    return [f"{problem.where.removeprefix(str(tmp_path) + '/')} {problem.code}" for problem in raised.value.problems]


def test_the_least_file_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "doorward.toml"
    path.write_text(GOOD)
    settings = load(path)
    assert settings.service.name == "Portal"
    assert settings.state == tmp_path / "var"


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD + 'roles = 1\n[watch]\nwindow_s = -1\nbudgett = 2\n[dashboard]\nport = "x"\n'
    assert sorted(_load(tmp_path, text)) == [
        "doorward.toml:10 watch.budgett settings.unknown-key",
        "doorward.toml:12 dashboard.port settings.value",
        "doorward.toml:7 component[0].roles settings.unknown-key",
        "doorward.toml:9 watch.window_s settings.value",
    ]


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "doorward.toml"
    path.write_text(GOOD + 'adress = "http://x"\n')
    with pytest.raises(InputInvalid, match="did you mean address"):
        load(path)


def test_a_missing_key_is_placed_at_its_table(tmp_path: Path) -> None:
    assert _load(tmp_path, GOOD.replace('kind = "school"\n', "")) == [
        "doorward.toml:3 component[0].kind settings.missing"
    ]


def test_names_are_unique(tmp_path: Path) -> None:
    text = GOOD + GOOD.partition("[[")[1] + GOOD.partition("[[")[2]
    assert _load(tmp_path, text) == ["doorward.toml:8 component[1].name settings.repeated"]


def test_a_level_names_channels_that_exist(tmp_path: Path) -> None:
    text = GOOD + '[respond]\nlevel = [{ name = "IT", channels = ["pager"] }]\n'
    assert _load(tmp_path, text) == ["doorward.toml:8 respond.level[0].channels settings.channel"]


def test_a_configuration_file_must_be_there(tmp_path: Path) -> None:
    assert _load(tmp_path, GOOD + 'config = ["gone.toml"]\n') == ["doorward.toml:7 component[0].config settings.file"]


def test_a_signal_needs_to_know_its_process(tmp_path: Path) -> None:
    assert _load(tmp_path, GOOD + 'reload = { signal = "HUP" }\n') == [
        "doorward.toml:7 component[0].reload.signal settings.reload"
    ]


def test_a_probe_needs_an_account(tmp_path: Path) -> None:
    text = GOOD + '[[probe]]\nname = "p"\njourney = "form"\nstart = "http://127.0.0.1/"\n'
    assert _load(tmp_path, text) == ["doorward.toml:7 probe[0] settings.account"]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ('journey = "form"\nstart = ""', ["probe[0] settings.probe"]),
        ('journey = "openid"', ["probe[0] settings.probe"] * 3),
        ('journey = "client-credentials"\nissuer = "https://id.example.com"', ["probe[0] settings.probe"]),
        ('journey = "form"\nstart = "http://127.0.0.1/"\ntotp_secret_file = "k"', ["probe[0].every_s settings.probe"]),
    ],
    ids=["form", "openid", "client-credentials", "code-too-often"],
)
def test_a_probe_says_what_its_journey_needs(tmp_path: Path, lines: str, found: list[str]) -> None:
    text = GOOD + f'[[probe]]\nname = "p"\nusername_env = "N"\npassword_env = "W"\n{lines}\n'
    assert [problem.partition(" ")[2] for problem in _load(tmp_path, text)] == found


def test_the_reference_explains_every_key() -> None:
    text = reference()
    keys = [name for table in tables().values() for name, info in table.model_fields.items() if info.description]
    assert [key for key in keys if f"`{key}`" not in text] == []
