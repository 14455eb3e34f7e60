"""`doorward probe URL`: the scheme says the journey, the options say the rest, and everything wrong is said at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorward.commands.probing_url import BY_URL, WITHOUT_URL
from doorward.probe.beyond import KNOWN
from doorward.review.drills.site import free_ports
from tests.commands.conftest import Run
from tests.probe import slapd, sshd

needs_slapd = pytest.mark.skipif(slapd.SLAPD is None, reason="slapd is not installed")
needs_sshd = pytest.mark.skipif(bool(sshd.can_serve()), reason=sshd.can_serve() or "-")
ACCOUNT = ("--username-file", "name", "--password-file", "word")


@pytest.fixture
def account(tmp_path: Path) -> None:
    """A name and a password in files of the test's directory."""
    (tmp_path / "name").write_text(slapd.PERSON + "\n")
    (tmp_path / "word").write_text(slapd.PASSWORD + "\n")


@needs_slapd
@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("scheme", "more"), [("ldap", ()), ("ldaps", ()), ("ldap", ("--starttls",))])
def test_a_directory_is_bound_at_by_its_address_alone(
    doorward: Run, tmp_path: Path, scheme: str, more: tuple[str, ...]
) -> None:
    with slapd.directory(tmp_path / "directory") as served:
        url, believed = served.address(scheme), ("--authorities", served.authorities)
        said = doorward("probe", url, *ACCOUNT, *believed, *more, "--format", "json")
    told = json.loads(said.out)
    assert (said.code, told["reason"]) == (0, "ok")
    assert [step["name"] for step in told["steps"]] == ["connect", *["start-tls", "tls"] * bool(more), "root", "bind",
                                                        "who-am-i", "leave"]  # fmt: skip
    assert slapd.PASSWORD not in said.out + said.err


@needs_slapd
@pytest.mark.usefixtures("account")
def test_a_wrong_password_from_the_environment_is_named_and_not_shown(
    doorward: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIND_WORD", "canary-word")
    with slapd.directory(tmp_path / "directory") as served:
        said = doorward("probe", served.address(), "--username-file", "name", "--password-env", "BIND_WORD")
    assert (said.code, said.out.splitlines()[0].rpartition(" in ")[0]) == (1, "once: failed (wrong-password)")
    assert "canary-word" not in said.out + said.err


@needs_sshd
def test_a_host_is_signed_in_at_by_its_address_and_a_key(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "name").write_text(sshd.USER)
    with sshd.host(tmp_path / "host") as served:
        key = ("--username-file", "name", "--key-file", "host/key")
        said = doorward("probe", served.address, *key, "--known-hosts", "host/known")
        other = doorward("probe", served.address, *key, "--known-hosts", "host/known-other")
    assert (said.code, said.out.splitlines()[0].rpartition(" in ")[0]) == (0, "once: passed (ok)")
    assert (other.code, other.out.splitlines()[0].rpartition(" in ")[0]) == (1, "once: failed (host-key-changed)")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("scheme", ["http", "ldap", "ldaps"])
def test_what_does_not_answer_ends_with_three_whatever_the_scheme(doorward: Run, scheme: str) -> None:
    said = doorward("probe", f"{scheme}://127.0.0.1:{free_ports(1)[0]}", *ACCOUNT)
    assert (said.code, said.out.splitlines()[0].rpartition(" in ")[0]) == (3, "once: unreachable (refused)")


def test_what_a_provider_publishes_is_looked_at_without_an_account(doorward: Run) -> None:
    said = doorward("probe", f"http://127.0.0.1:{free_ports(1)[0]}", "--journey", "metadata")
    assert (said.code, said.out.splitlines()[0].rpartition(" in ")[0]) == (3, "once: unreachable (refused)")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ssh://127.0.0.1:2222",), ("--username-file: is needed", "or --key-file", "ssh-keyscan -p 2222 127.0.0.1")),
        (("ldap://127.0.0.1:1", *ACCOUNT, "--journey", "form"), ("--journey form: does not begin at ldap://",)),
        (("https://127.0.0.1:1", *ACCOUNT, "--journey", "ldap"), ("begin it with ldap:// or ldaps://",)),
        (("ldaps://127.0.0.1:1", *ACCOUNT, "--starttls"), ("--starttls: is for ldap:// alone",)),
        (("ldap://127.0.0.1:99999", *ACCOUNT), ("names no host and port",)),
        (("ssh://", *ACCOUNT), ("names no host and port",)),
        (("https://[::1/", *ACCOUNT), ("https: is not an address",)),
        (("https://127.0.0.1:1", *ACCOUNT, "--key-file", "gone"), ("gone: is not a file", "is for ssh:// alone")),
        (("https://127.0.0.1:1", *ACCOUNT, "--journey", "reset-mail"), ("needs more than a URL", "doorward.toml")),
        (("https://127.0.0.1:1", *ACCOUNT, "--username-env", "NAME"), ("two places for one secret",)),
        (("https://127.0.0.1:1", "--username-env", "NO_SUCH", *ACCOUNT[2:]), ("NO_SUCH: is not set",)),
        (("https://127.0.0.1:1", *ACCOUNT, "--journey", "x"), (", ".join(BY_URL),)),
    ],
)
def test_what_does_not_fit_is_said_with_what_to_do(
    doorward: Run, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = doorward("probe", *arguments)
    assert said.code == 2
    for word in words:
        assert word in said.err


@pytest.mark.usefixtures("account")
def test_an_account_in_the_address_is_refused_and_not_shown(doorward: Run) -> None:
    said = doorward("probe", "ssh://ada:canary@127.0.0.1:1", *ACCOUNT)
    assert said.code == 2
    assert "must not hold an account" in said.err
    assert "canary" not in said.err


def test_the_help_names_every_journey_that_a_url_can_have(doorward: Run) -> None:
    said = " ".join(doorward("probe", "--help").out.replace("│", " ").split())
    assert ", ".join(BY_URL) in said
    assert set(KNOWN) == set(BY_URL) | WITHOUT_URL
