"""A mailbox in, the mails that came since out: a maildir, a directory with a message a file, or an IMAP folder.

Nothing is deleted, moved or marked as read. Bounded in messages and bytes; no mail's text leaves but to the journey.
"""

from __future__ import annotations

import email
import email.policy
import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from doorward.probe.means import Mailbox
from doorward.probe.transport import trusted_context

# A mail with a link takes some kilobytes; of a longer one the beginning is read.
MOST_BYTES = 256 * 1024
# So many new mails are looked at in one round: the newest.
MOST_MAILS = 20
_TIMEOUT_S = 10.0
_PORTS = {"imap": 143, "imaps": 993}


class Unreadable(Exception):
    """The mailbox cannot be read; the prober is at fault, not the service."""


class Folder(Protocol):
    """Mails by key; keys are never used again."""

    def keys(self) -> frozenset[str]:
        """The keys of all mails. Raises Unreadable."""
        ...

    def mail(self, key: str) -> bytes:
        """A mail as it came. Raises Unreadable."""
        ...


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[Folder]:
    """The folder while it is needed. Raises Unreadable."""
    kind, _, place = mailbox.place.partition(":")
    if kind in ("maildir", "files"):
        yield _Files(Path(place), ("new", "cur") if kind == "maildir" else ("",))
        return
    try:
        with _signed_in(mailbox) as connection:
            yield _Imap(connection)
    except (imaplib.IMAP4.error, OSError) as error:
        raise Unreadable from error


def texts(mail: bytes) -> Iterator[str]:
    """Its readable parts, plain text first."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    for part in sorted(parts, key=lambda one: one.get_content_subtype() != "plain"):
        try:
            yield str(part.get_content())
        except (LookupError, UnicodeError, ValueError):
            continue


@dataclass(frozen=True, slots=True)
class _Files:
    """A message a file; a maildir keeps them in two directories, and renames what was read."""

    place: Path
    directories: tuple[str, ...]

    def keys(self) -> frozenset[str]:
        return frozenset(name.partition(":")[0] for name in self._names())

    def mail(self, key: str) -> bytes:
        try:
            path = next(path for name, path in self._names().items() if name.partition(":")[0] == key)
            with path.open("rb") as file:
                return file.read(MOST_BYTES)
        except (OSError, StopIteration) as error:
            raise Unreadable from error

    def _names(self) -> dict[str, Path]:
        try:
            return {
                path.name: path for name in self.directories for path in (self.place / name).iterdir() if path.is_file()
            }
        except OSError as error:
            raise Unreadable from error


@contextmanager
def _signed_in(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    url = urlsplit(mailbox.place)
    host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    context: ssl.SSLContext = trusted_context(mailbox.authorities)
    if url.scheme == "imaps":
        connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=_TIMEOUT_S)
    else:
        connection = imaplib.IMAP4(host, port, timeout=_TIMEOUT_S)
    with connection:
        if url.scheme == "imap" and "STARTTLS" in connection.capabilities:
            connection.starttls(context)
        connection.login(*mailbox.account)
        folder = unquote(url.path.strip("/")) or "INBOX"
        if connection.select(f'"{folder}"', readonly=True)[0] != "OK":
            raise Unreadable
        yield connection


@dataclass(frozen=True, slots=True)
class _Imap:
    connection: imaplib.IMAP4

    def keys(self) -> frozenset[str]:
        self.connection.noop()
        _, found = self.connection.uid("SEARCH", "ALL")
        return frozenset((found[0] or b"").decode().split()) if found else frozenset()

    def mail(self, key: str) -> bytes:
        _, found = self.connection.uid("FETCH", key, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        return next((part[1] for part in found if isinstance(part, tuple)), b"")
