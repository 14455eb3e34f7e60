"""The mail channel against a real SMTP server on the loopback address."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from doorward.errors import DeliveryFailed
from doorward.respond.channels import smtp
from doorward.respond.channels.smtp import send
from doorward.settings_tables import ChannelTable
from tests.respond.cases import page

PASSWORD = "correct horse battery staple"


@dataclass
class Mailbox:
    """Takes what comes; refuses the recipients that it was told to refuse."""

    refused: tuple[str, ...] = ()
    taken: list[EmailMessage] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return f"550 no such user, and by the way: {PASSWORD}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = cast(bytes, envelope.content)
        self.taken.append(cast(EmailMessage, email.message_from_bytes(content, policy=email.policy.default)))
        self.over_tls.append(session.ssl is not None)
        return "250 taken"


def serve(mailbox: Mailbox, **options: object) -> Controller:
    """A server on a free port."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=0, **options)  # type: ignore[arg-type]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        controller.port = probe.getsockname()[1]
    controller.start()
    return controller


def table(controller: Controller, **keys: object) -> ChannelTable:
    """The channel that reaches it."""
    fixed = {"name": "mail", "kind": "smtp", "host": "127.0.0.1", "port": controller.port}
    return ChannelTable.model_validate(
        {**fixed, "sender": "Doorward <doorward@school.example>", "to": "it@school.example", **keys}
    )


@pytest.fixture
def mailbox() -> Mailbox:
    """Where pages arrive."""
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    """A server that takes everything in clear."""
    controller = serve(mailbox)
    yield controller
    controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def tls_server(mailbox: Mailbox, certificate: tuple[Path, Path]) -> Iterator[Controller]:
    """A server that asks for STARTTLS and an account."""

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=right)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    controller = serve(
        mailbox, tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate
    )
    yield controller
    controller.stop()


def test_a_page_arrives_as_a_mail_whose_id_is_made_of_its_key(server: Controller, mailbox: Mailbox) -> None:
    send(page(), table(server))
    (mail,) = mailbox.taken
    assert mail["Subject"] == "[School portal] People are signed out"
    assert mail["To"] == "it@school.example"
    assert mail["Message-ID"] == "<2026-11-21-1.0.mail.declared-1@school.example>"
    assert mail["X-Doorward-Page"] == page().key
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == ["Since 10:00", "ü"]


def test_a_page_sent_again_has_the_same_id(server: Controller, mailbox: Mailbox) -> None:
    send(page(), table(server))
    send(replace(page(), attempts=3), table(server))
    assert len({mail["Message-ID"] for mail in mailbox.taken}) == 1


def test_over_tls_with_an_account(
    tls_server: Controller,
    mailbox: Mailbox,
    certificate: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    (tmp_path / "user").write_text("doorward\n")
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    account = {"username_file": tmp_path / "user", "password_file": tmp_path / "password"}
    send(page(), table(tls_server, starttls=True, **account))
    assert mailbox.over_tls == [True]


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_server: Controller, mailbox: Mailbox) -> None:
    with pytest.raises(DeliveryFailed, match="cannot be used"):
        send(page(), table(tls_server, starttls=True))
    assert mailbox.taken == []


def test_a_wrong_password_is_a_failed_delivery_that_does_not_show_it(
    tls_server: Controller, certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    for name in ("user", "password"):
        (tmp_path / name).write_text("not-the-password")
    account = {"username_file": tmp_path / "user", "password_file": tmp_path / "password"}
    with pytest.raises(DeliveryFailed) as failed:
        send(page(), table(tls_server, starttls=True, **account))
    assert "SMTPAuthenticationError 535" in str(failed.value)
    assert "not-the-password" not in str(failed.value)


def test_a_refused_recipient_is_a_failed_delivery_without_the_servers_words(mailbox: Mailbox) -> None:
    mailbox.refused = ("it@school.example",)
    controller = serve(mailbox)
    try:
        with pytest.raises(DeliveryFailed) as failed:
            send(page(), table(controller))
    finally:
        controller.stop()
    assert "SMTPRecipientsRefused 550" in str(failed.value)
    assert PASSWORD not in str(failed.value)


def test_a_server_that_is_not_there_is_a_failed_delivery() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gone = ChannelTable(name="m", kind="smtp", host="127.0.0.1", port=port, sender="a@b.example", to="c@d.example")
    with pytest.raises(DeliveryFailed, match="ConnectionRefusedError"):
        send(page(), gone)


def test_a_server_that_never_answers_does_not_hold_the_next_page_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = ChannelTable(
            name="m",
            kind="smtp",
            host="127.0.0.1",
            port=silent.getsockname()[1],
            sender="a@b.example",
            to="c@d.example",
        )
        with pytest.raises(DeliveryFailed, match="SMTPServerDisconnected"):
            send(page(), mute)


def test_a_subject_cannot_add_a_header(server: Controller, mailbox: Mailbox) -> None:
    with pytest.raises(DeliveryFailed, match="cannot make a mail"):
        send(replace(page(), subject="x\r\nBcc: all@school.example"), table(server))
    assert mailbox.taken == []
