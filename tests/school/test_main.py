"""The command line: it teaches, and its exit codes mean what they say."""

from __future__ import annotations

import pytest

from school.__main__ import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = int(str(ended.code))
    out, err = capsys.readouterr()
    return code, out, err


def test_help_shows_the_first_three_commands(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    for command in ("school setup site", "school serve site", "school traffic site"):
        assert command in out


@pytest.mark.parametrize("command", ["setup", "serve", "config"])
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(capsys, command, "--help")[0] == 0


@pytest.mark.parametrize("service", ["auth", "portal"])
def test_config_prints_the_reference_of_a_service(capsys: pytest.CaptureFixture[str], service: str) -> None:
    code, out, _ = run(capsys, "config", service)
    assert code == 0
    assert out.startswith(f"# {service}.toml\n")
    assert "## `[monitoring]`" in out


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["config", "door"], ["setup"], ["setup", "x", "--people", "0"], ["serve", "x", "door"]]
)
def test_wrong_use_ends_with_2_and_a_hint(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert "usage:" in err


def test_serving_what_is_no_site_ends_with_2_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "serve", "no-such-site")
    assert code == 2
    assert "auth.toml cannot be read" in err
