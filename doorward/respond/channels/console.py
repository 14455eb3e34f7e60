"""Pages on standard error: for a terminal that somebody watches, or the journal of the service manager."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from doorward.errors import DeliveryFailed
from doorward.model.page import Page
from doorward.respond.channels import Channel
from doorward.settings_tables import ChannelTable


def send(page: Page, table: ChannelTable) -> None:
    """Print it: framed on a terminal, as plain lines elsewhere. Raises DeliveryFailed if standard error is closed."""
    try:
        if sys.stderr.isatty():
            Console(stderr=True).print(Panel(Text(page.body), title=Text(page.subject), border_style="red"))
        else:
            print(f"PAGE {page.key}\n{page.subject}\n\n{page.body}\n", file=sys.stderr, flush=True)
    except (OSError, ValueError, UnicodeError) as error:
        raise DeliveryFailed(f"standard error does not take the page: {type(error).__name__}") from error


CHANNEL = Channel("console", send)
