"""Pages by mail (RFC 5321, RFC 5322): one message a page, its Message-ID made of the key so that a repeat is known."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from doorward.errors import DeliveryFailed
from doorward.model.page import Page
from doorward.respond.channels import Channel
from doorward.settings_tables import ChannelTable

# A mail server that needs longer to answer than this keeps the next page waiting; the page is tried again anyway.
TIMEOUT_S = 10.0


def send(page: Page, table: ChannelTable) -> None:
    """Hand it to the server, which answers 250 once it has taken it for good. Raises DeliveryFailed."""
    try:
        message = mail(page, table)
        with smtplib.SMTP(table.host, table.port, timeout=TIMEOUT_S) as server:
            if table.starttls:
                server.starttls(context=ssl.create_default_context())
            if table.username_file and table.password_file:
                server.login(_secret(table.username_file), _secret(table.password_file))
            server.send_message(message)
    except smtplib.SMTPException as error:
        raise DeliveryFailed(f"mail server {table.host}:{table.port} does not take it: {_word(error)}") from error
    except OSError as error:
        word = f"{type(error).__name__} {error.strerror or ''}".strip()
        raise DeliveryFailed(f"mail server {table.host}:{table.port} cannot be used: {word}") from error
    except (ValueError, UnicodeError) as error:
        raise DeliveryFailed(f"channel {table.name} cannot make a mail of it: {type(error).__name__}") from error


def mail(page: Page, table: ChannelTable) -> EmailMessage:
    """The page as a message. `Auto-Submitted` keeps holiday replies away (RFC 3834 §5). Pure."""
    message = EmailMessage()
    message["Subject"] = page.subject
    message["From"] = table.sender
    message["To"] = table.to
    message["Date"] = format_datetime(page.queued_at)
    message["Message-ID"] = _message_id(page.key, table.sender)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Doorward-Page"] = page.key
    message.set_content(page.body)
    return message


def _message_id(key: str, sender: str) -> str:
    """The key as a dot-atom (RFC 5322 §3.2.3) at the sender's domain."""
    domain = sender.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{re.sub(r'[^A-Za-z0-9-]+', '.', key)}@{domain}>"


def _word(error: smtplib.SMTPException) -> str:
    """The class and the server's code: its text may repeat what was sent to it."""
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((answer[0] for answer in error.recipients.values()), None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _secret(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def lacks(table: ChannelTable) -> tuple[str, ...]:
    """Mail needs a server, a sender and a recipient; an account needs both of its files."""
    missing = [key for key in ("host", "sender", "to") if not getattr(table, key)]
    if bool(table.username_file) != bool(table.password_file):
        missing.append("password_file" if table.username_file else "username_file")
    return tuple(missing)


CHANNEL = Channel("smtp", send, lacks)
