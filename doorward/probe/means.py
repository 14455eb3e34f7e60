"""What a journey beyond the web needs besides an account: a key, known hosts, StartTLS, a mailbox. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where the mail of a password reset arrives.

    `place` is `maildir:DIRECTORY`, `files:DIRECTORY` (a message a file), `imaps://HOST[:PORT]/FOLDER` or `imap://…`;
    `account` signs in to IMAP. `address` is what is typed into the page's form. `wait_s` is how long the mail may take;
    `authorities` a PEM file of certificates to believe.
    """

    place: str
    address: str = field(default="", repr=False)
    account: tuple[str, str] = field(default=("", ""), repr=False)
    wait_s: float = 60.0
    authorities: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """`key_file` is an SSH private key, empty = by password. `known_hosts` holds the host's key. `starttls` = ldap://
    goes on under TLS."""

    starttls: bool = False
    key_file: str = ""
    known_hosts: str = ""
    mailbox: Mailbox | None = None


NO_MEANS = Means()
