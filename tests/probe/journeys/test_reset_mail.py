"""The mail of a password reset, by a real SMTP sink into a maildir or over IMAP, from a small site with faults."""

from __future__ import annotations

import smtplib
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox as Sink

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.means import Mailbox, Means
from doorward.probe.plan import ProbePlan
from tests.probe.conftest import FormSite, Reply, Request, Site
from tests.probe.slapd import free_ports

ADDRESS = "prober@example.org"
NEW = '<title>New</title><form method="post">' + '<input type="password" name="p" autocomplete="new-password">' * 2


class Forgetful(FormSite):
    """`/forgotten` sends a mail with a link to `/new/TOKEN`."""

    smtp = 0

    def page(self, request: Request) -> Reply:
        if request.path.startswith("/new/"):
            known = request.path.removeprefix("/new/") in self.secrets and "dead-link" not in self.faults
            return Reply(200, NEW + "</form>" if known else "<title>Reset</title>This link is no longer valid.")
        if request.path == "/sent":
            return Reply(200, "<title>Sent</title>")
        if request.method == "POST":
            self.send(request.form["email"])
            return Reply(302, location="/sent")
        field = "" if "no-form" in self.faults else '<input type="email" name="email">'
        return Reply(200, f'<title>Forgotten</title><form method="post">{field}</form>')

    def send(self, to: str) -> None:
        if "silent" in self.faults:
            return
        host = "http://intranet.example" if "other-host" in self.faults else self.address
        link = f"Open {host}/new/{self.new_secret()}.\n\nhttps://other.example/terms"
        message = EmailMessage()
        message["To"], message["From"], message["Subject"] = to, "site@example.org", "New password"
        message.set_content(f"Hello\n\n{link if 'no-link' not in self.faults else 'Call us.'}\n")
        with smtplib.SMTP("127.0.0.1", self.smtp) as server:
            server.send_message(message)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A real SMTP server that puts what it takes into a maildir."""
    place = tmp_path / "maildir"
    (port,) = free_ports(1)
    controller = Controller(Sink(str(place)), hostname="127.0.0.1", port=port)
    controller.start()
    yield port, place
    controller.stop()


@pytest.fixture
def site(serve: Callable[[Site], Site], sink: tuple[int, Path]) -> Forgetful:
    made = Forgetful()
    made.smtp = sink[0]
    serve(made)
    return made


def plan(site_address: str, maildir: Path, wait_s: float = 5.0) -> ProbePlan:
    mailbox = Mailbox(f"maildir:{maildir}", ADDRESS, wait_s=wait_s)
    return ProbePlan("reset", "reset-mail", site_address + "/forgotten", means=Means(mailbox=mailbox))


def went(site: Forgetful, maildir: Path, faults: str = "", wait_s: float = 5.0) -> ProbeResult:
    site.faults.update(faults.split())
    return run(plan(site.address, maildir, wait_s), datetime.now(UTC))


def test_the_link_in_the_mail_leads_to_the_form_for_a_new_password(site: Forgetful, sink: tuple[int, Path]) -> None:
    result = went(site, sink[1])
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    assert [(step.name, step.method) for step in result.steps] == [
        ("open", "GET"),
        ("ask", "POST"),
        ("ask", "GET"),
        ("mail", "RECEIVE"),
        ("link", "GET"),
    ]
    assert [request.method for request in site.asked if request.path.startswith("/new/")] == ["GET"]


@pytest.mark.parametrize(
    ("faults", "reason", "step"),
    [
        ("silent", "mail-late", "mail"),
        ("no-link", "no-link-in-mail", "mail"),
        ("other-host", "link-to-another-host", "mail"),
        ("dead-link", "no-new-password-form", "link"),
        ("no-form", "no-form", "open"),
        ("http-500", "http-500", "open"),
    ],
)
def test_each_fault_has_a_name_and_a_step(
    site: Forgetful, sink: tuple[int, Path], faults: str, reason: str, step: str
) -> None:
    result = went(site, sink[1], faults, wait_s=0.6)
    assert (result.outcome, result.reason, result.steps[-1].name) == (ProbeOutcome.FAILED, reason, step)


def test_a_mail_that_was_there_before_is_not_taken_for_the_answer(site: Forgetful, sink: tuple[int, Path]) -> None:
    assert went(site, sink[1]).reason == "ok"
    assert went(site, sink[1], "silent", wait_s=0.6).reason == "mail-late"
    assert len(Maildir(sink[1])) == 1


def test_a_mailbox_that_cannot_be_read_says_nothing_of_the_service(site: Forgetful, tmp_path: Path) -> None:
    result = went(site, tmp_path / "nowhere")
    assert (result.outcome, result.reason) == (ProbeOutcome.BLIND, "mailbox-unreadable")


def test_neither_the_address_nor_the_links_token_is_in_a_result(site: Forgetful, sink: tuple[int, Path]) -> None:
    told = repr(went(site, sink[1]))
    assert not any(secret in told for secret in (*site.secrets, ADDRESS, str(sink[1])))


class _Imap(socketserver.StreamRequestHandler):
    """As much of an IMAP server (RFC 3501) as a reader of one folder meets."""

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, command, *words = line.decode().split()
            for answer in self.answers((command if command != "UID" else words[0]).upper(), words):
                self.wfile.write(answer.encode() + b"\r\n")
            no = command == "LOGIN" and words != ["prober", '"canary"']
            self.wfile.write(f"{tag} {'NO' if no else 'OK'} done\r\n".encode())

    def answers(self, command: str, words: list[str]) -> list[str]:
        mails: list[str] = self.server.mails  # type: ignore[attr-defined]
        if command == "CAPABILITY":
            return ["* CAPABILITY IMAP4rev1"]
        if command == "EXAMINE":
            return [f"* {len(mails)} EXISTS"]
        if command == "SEARCH":
            return ["* SEARCH " + " ".join(str(number + 1) for number in range(len(mails)))]
        if command == "FETCH":
            mail = mails[int(words[1]) - 1]
            return [f"* 1 FETCH (UID {words[1]} BODY[]<0> {{{len(mail)}}}", mail + ")"]
        return []


@pytest.fixture
def imap() -> Iterator[tuple[int, list[str]]]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Imap)
    server.mails = ["Subject: old\r\n\r\nhttps://old.example/x\r\n"]  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server.server_address[1], server.mails  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def test_the_mail_is_found_in_an_imap_folder_as_well(site: Forgetful, imap: tuple[int, list[str]]) -> None:
    port, mails = imap
    site.send = lambda to: mails.append(f"Subject: new\r\n\r\n{site.address}/new/{site.new_secret()}\r\n")  # type: ignore[method-assign]
    mailbox = Mailbox(f"imap://127.0.0.1:{port}/INBOX", ADDRESS, ("prober", "canary"), wait_s=5)
    asked = replace(plan(site.address, Path()), means=Means(mailbox=mailbox))
    assert run(asked, datetime.now(UTC)).reason == "ok"
    refused = replace(asked, means=Means(mailbox=replace(mailbox, account=("prober", "wrong"))))
    assert run(refused, datetime.now(UTC)).reason == "mailbox-unreadable"
