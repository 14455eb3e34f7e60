"""The console channel prints the page on standard error."""

from __future__ import annotations

import io

import pytest

from doorward.errors import DeliveryFailed
from doorward.respond.channels import CONSOLE
from doorward.respond.channels.console import send
from tests.respond.cases import page


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_elsewhere_than_on_a_terminal_it_is_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    send(page(), CONSOLE)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"PAGE {page().key}\n[School portal] People are signed out\n\nSince 10:00")


def test_on_a_terminal_it_is_framed_and_nothing_in_it_is_taken_for_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    send(page(), CONSOLE)
    assert "[School portal] People are signed out" in terminal.getvalue()
    assert "╭" in terminal.getvalue()


def test_a_closed_standard_error_is_a_failed_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stderr", closed)
    with pytest.raises(DeliveryFailed):
        send(page(), CONSOLE)
