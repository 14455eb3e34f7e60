"""What a journey beyond the web and its driver say to each other: connect, say, secure, run; no I/O, as with pages.

The journey asks with one of four words and is given Heard; it ends with the same Done as every journey.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from doorward.probe.exchange import Done


class LineEnding(StrEnum):
    """Why a journey beyond the web ended, where the web has no such end."""

    NOT_THE_PROTOCOL = "not-the-protocol"
    START_TLS_REFUSED = "starttls-refused"
    ACCOUNT_LOCKED = "account-locked"
    ASKED_TO_WAIT = "asked-to-wait"
    ACCOUNT_DISABLED = "account-disabled"
    PASSWORD_EXPIRED = "password-expired"
    PASSWORD_TO_CHANGE = "password-must-be-changed"
    ENCRYPTION_REQUIRED = "encryption-required"
    METHOD_REFUSED = "method-refused"
    DIRECTORY_BUSY = "directory-busy"
    DIRECTORY_UNAVAILABLE = "directory-unavailable"
    NOBODY = "signed-in-as-nobody"
    HOST_KEY_CHANGED = "host-key-changed"
    HOST_KEY_UNKNOWN = "host-key-unknown"
    KEY_REFUSED = "key-refused"
    KEY_UNUSABLE = "key-unusable"
    NO_COMMON_ALGORITHM = "no-common-algorithm"
    CUT_OFF = "cut-off"
    NO_CLIENT = "no-client-program"
    MAIL_LATE = "mail-late"
    MAILBOX_UNREADABLE = "mailbox-unreadable"
    NO_LINK = "no-link-in-mail"
    LINK_HOST = "link-to-another-host"
    NO_NEW_PASSWORD_FORM = "no-new-password-form"


@dataclass(frozen=True, slots=True)
class Connect:
    """A connection, with TLS from its first byte if `tls`; `host` is the name that a certificate must hold for."""

    step: str
    host: str
    port: int
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes on the connection, and when what comes back is whole; `verb` is what people see of it."""

    step: str
    verb: str
    data: bytes = field(repr=False)
    is_whole: Callable[[bytes], bool] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Secure:
    """TLS on the connection from now on."""

    step: str


@dataclass(frozen=True, slots=True)
class Run:
    """A program in a directory of its own, which `{dir}` stands for; `files` (name, content, mode) are put there first.

    `at` is the host and port that it connects to.
    """

    step: str
    verb: str
    argv: tuple[str, ...]
    files: tuple[tuple[str, str, int], ...] = field(default=(), repr=False)
    env: tuple[tuple[str, str], ...] = ()
    at: tuple[str, int] = ("", 0)


Word = Connect | Say | Secure | Run


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: bytes of the connection, or of the program, with its `status` at the end."""

    data: bytes = field(default=b"", repr=False)
    status: int | None = None


class LineJourney(Protocol):
    """A sign-in as a state machine. `start` once, then `receive` for each Heard until it says Done."""

    def start(self) -> Word | Done:
        """The first word."""
        ...

    def receive(self, heard: Heard) -> Word | Done:
        """The next word, or the end."""
        ...
