"""The sign-in at a real sshd: by key and by password, refused in each way that people meet, and out of reach."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.exchange import Done
from doorward.probe.journeys.ssh import SshSignIn
from doorward.probe.line import Heard
from doorward.probe.means import Means
from doorward.probe.plan import ProbePlan
from tests.probe.slapd import free_ports
from tests.probe.sshd import PASSWORD, USER, Host, can_serve, host

needs_sshd = pytest.mark.skipif(bool(can_serve()), reason=can_serve() or "-")
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can lay another /etc/shadow over the machine's")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with host(tmp_path_factory.mktemp("ssh") / "host") as found:
        yield found


def sign_in(at: Host, key: str = "key", known: str = "known", password: str = "", **changes: str) -> ProbeResult:
    plan = ProbePlan(
        "host",
        "ssh",
        changes.get("url", at.address),
        account=(changes.get("name", USER), password),
        means=Means(key_file=at.file(key) if key else "", known_hosts=at.file(known)),
    )
    return run(plan, datetime.now(UTC))


@needs_sshd
def test_the_account_signs_in_by_its_key(served: Host) -> None:
    result = sign_in(served)
    assert (result.outcome, result.reason, result.notes) == (ProbeOutcome.PASSED, "ok", ())
    assert [(step.name, step.method, step.url) for step in result.steps] == [
        ("sign-in", "SSH", f"127.0.0.1:{served.port}")
    ]


@needs_sshd
@pytest.mark.parametrize(
    ("key", "known", "reason"),
    [
        ("other-key", "known", "key-refused"),
        ("no-such-key", "known", "key-unusable"),
        ("authorized", "known", "key-unusable"),
        ("key", "known-other", "host-key-changed"),
        ("key", "known-nothing", "host-key-unknown"),
    ],
)
def test_each_refusal_of_a_key_is_named(served: Host, key: str, known: str, reason: str) -> None:
    result = sign_in(served, key, known)
    assert (result.outcome, result.reason) == (ProbeOutcome.FAILED, reason)


@needs_sshd
def test_a_changed_host_key_is_shown_as_it_is_now(served: Host) -> None:
    told = subprocess.run(["ssh-keygen", "-lf", served.file("host.pub")], capture_output=True, text=True, check=True)
    (note,) = sign_in(served, known="known-other").notes
    assert told.stdout.split()[1] in note


@needs_sshd
def test_a_host_that_takes_no_keys_is_told_from_one_that_refuses_this_one(tmp_path: Path) -> None:
    with host(tmp_path / "own", "PubkeyAuthentication no\nPasswordAuthentication yes") as own:
        assert sign_in(own).reason == "method-refused"


@needs_sshd
def test_a_host_of_other_algorithms_is_named(tmp_path: Path) -> None:
    with host(tmp_path / "own", "KexAlgorithms diffie-hellman-group1-sha1") as own:
        assert sign_in(own).reason == "no-common-algorithm"


@needs_sshd
@needs_root
@pytest.mark.parametrize(
    ("changed", "pam", "password", "reason"),
    [
        ("20000", "no", PASSWORD, "ok"),
        ("20000", "no", "another battery", "wrong-password"),
        ("20000", "yes", PASSWORD, "ok"),
        ("0", "yes", PASSWORD, "password-expired"),
    ],
    ids=["right", "wrong", "right-by-pam", "expired-by-pam"],
)
def test_the_account_signs_in_by_its_password(
    tmp_path: Path, changed: str, pam: str, password: str, reason: str
) -> None:
    shadow = f"{USER}:{_hashed()}:{changed}:0:99999:7:::\nsshd:!:20000::::::\n"
    with host(tmp_path / "own", "PasswordAuthentication yes", shadow, pam) as own:
        result = sign_in(own, key="", password=password)
    assert result.reason == reason
    assert password not in repr(result)


def _hashed() -> str:
    made = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "doorward", "-stdin"], input=PASSWORD, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return made.stdout.strip()


@needs_sshd
def test_the_account_is_in_no_argument_that_others_can_see(served: Host) -> None:
    plan = ProbePlan("h", "ssh", served.address, account=("ada", "canary"), means=Means(known_hosts="k"))
    said = SshSignIn(plan).start()
    assert "ada" not in repr(said)
    assert "canary" not in repr(said)


def test_a_port_where_nobody_listens_is_unreachable(tmp_path: Path) -> None:
    result = sign_in(Host(free_ports(1)[0], tmp_path))
    assert (result.outcome, result.reason) == (ProbeOutcome.UNREACHABLE, "refused")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 400 Bad\r\n", "not-the-protocol"),
        (b"HTTP/1.1 400 Bad\r\n" * 9000, "not-the-protocol"),
        (b"Not allowed at this time\r\n", "asked-to-wait"),
        (b"", "cut-off"),
    ],
    ids=["http", "endless-http", "penalty", "closes"],
)
def test_a_server_that_does_not_begin_to_speak_is_named(tmp_path: Path, said: bytes, reason: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            taken, _ = server.accept()
            with taken, contextlib.suppress(OSError):
                taken.sendall(said)
                taken.shutdown(socket.SHUT_WR)
                while taken.recv(4096):
                    pass

        threading.Thread(target=answer, daemon=True).start()
        assert sign_in(Host(server.getsockname()[1], tmp_path)).reason == reason


def test_a_host_that_the_plan_does_not_name_is_not_asked() -> None:
    plan = ProbePlan("h", "ssh", "ssh://127.0.0.1:1", account=("a", "b"), hosts=("ssh.example.org",))
    assert run(plan, datetime.now(UTC)).reason == "host-not-named"


@pytest.mark.parametrize("name", ['a"b', "a\nProxyCommand touch /x", ""])
def test_a_name_that_would_change_the_clients_settings_is_refused(name: str) -> None:
    said = SshSignIn(ProbePlan("h", "ssh", "ssh://127.0.0.1", account=(name, "b"))).start()
    assert isinstance(said, Done)


def test_a_client_that_says_nothing_known_ends_by_its_status() -> None:
    said = SshSignIn(ProbePlan("h", "ssh", "ssh://127.0.0.1", account=("a", "b"))).receive(Heard(b"?", 255))
    assert isinstance(said, Done)
    assert said.reason == "ssh-255"
