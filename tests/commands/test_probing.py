"""`doorward probe`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from doorward.probe.exchange import Ending
from doorward.review.drills.site import free_ports
from doorward.settings import load
from tests.commands.conftest import Run

PAGE = (Path(__file__).parents[2] / "docs" / "probing.md").read_text()
LINES = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)

PROBES = """
[[probe]]
name = "portal"
journey = "form"
start = "http://127.0.0.1:{port}/"
username_file = "name"
password_file = "word"

[[probe]]
name = "other"
journey = "form"
start = "http://127.0.0.1:{port}/"
accounts_file = "accounts.json"
token_file = "token"
"""


@pytest.fixture
def port(config: Path) -> int:
    """A port that nothing listens on, with two probes of it in doorward.toml."""
    (found,) = free_ports(1)
    config.write_text(config.read_text() + PROBES.format(port=found))
    return found


def test_every_missing_secret_is_named_at_once_with_its_line(doorward: Run, port: int, tmp_path: Path) -> None:
    (tmp_path / "accounts.json").write_text("[]")
    said = doorward("probe")
    assert said.code == 2
    for line, key, word in ((14, "username_file", "name"), (15, "password_file", "word"), (22, "token_file", "token")):
        assert f"doorward.toml:{line} probe[{0 if line < 16 else 1}].{key}: {word} cannot be read" in said.err
    assert "doorward.toml:21 probe[1].accounts_file: accounts.json holds no account for probes" in said.err


def test_a_service_that_does_not_answer_ends_with_three(doorward: Run, port: int, tmp_path: Path) -> None:
    for name in ("name", "word"):
        (tmp_path / name).write_text("anna-hunter2")
    said = doorward("probe", "portal", "--format", "json")
    assert said.code == 3
    assert json.loads(said.out)["reason"] == "refused"
    assert "hunter2" not in said.out + said.err


def test_a_probe_that_does_not_exist_names_those_that_do(doorward: Run, port: int) -> None:
    said = doorward("probe", "portl")
    assert said.code == 2
    assert "one of: portal, other" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("http://127.0.0.1:1/",), ("--username-file: is needed", "--password-file: is needed")),
        (
            ("ftp://127.0.0.1/", "--username-file", "name", "--password-file", "gone"),
            ("ftp://127.0.0.1/: is not an address that can be signed in at", "--password-file gone: is not a file"),
        ),
        (
            ("http://127.0.0.1:1/", "--username-file", "name", "--password-file", "name", "--journey", "x"),
            ("form, oidc",),
        ),
        (("all", "--format", "yaml"), ("--format",)),
    ],
)
def test_wrong_use_is_said_as_a_whole(
    doorward: Run, tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    (tmp_path / "name").write_text("anna")
    said = doorward("probe", *arguments)
    assert said.code == 2
    for word in words:
        assert word in said.err


def test_an_issuer_is_probed_without_a_line_of_settings(doorward: Run, port: int, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("anna-hunter2")
    said = doorward("probe", f"http://127.0.0.1:{port}", "--journey", "openid")
    assert said.code == 2
    for option in ("--username-file", "--password-file", "--client-id", "--redirect-uri"):
        assert f"{option}: is needed" in said.err
    client = ("--client-id", "probe", "--client-secret-file", "word", "--redirect-uri", "https://probe.invalid/")
    account = ("--username-file", "word", "--password-file", "word")
    said = doorward("probe", f"http://127.0.0.1:{port}", "--journey", "openid", *client, *account)
    assert (said.code, said.out.splitlines()[0].rpartition(" in ")[0]) == (3, "once: unreachable (refused)")
    assert "hunter2" not in said.out + said.err


@pytest.mark.parametrize("lines", LINES, ids=lambda lines: re.findall('name = "(.*)"', lines)[0])
def test_the_lines_of_the_page_are_good_settings(lines: str, config: Path) -> None:
    config.write_text(config.read_text() + lines)
    assert load(config).probe[0].name


def test_every_way_to_end_is_on_the_page() -> None:
    assert [ending.value for ending in Ending if ending is not Ending.OK and f"`{ending}`" not in PAGE] == []
