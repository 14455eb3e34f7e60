"""What of an address people may see."""

from __future__ import annotations

import pytest

from doorward.probe.redaction import Redactor


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://id.example.com/cb?code=abc&state=def#x", "https://id.example.com/cb?code&state"),
        ("https://ada:secret@id.example.com:8443/", "https://id.example.com:8443/"),
        ("/sign-in/?next=/courses/", "/sign-in/?next"),
        ("https://id.example.com/a;jsessionid=A1B2/b", "https://id.example.com/a;…/b"),
        ("https://id.example.com/reset/c2x1-9f8e7d6c5b4a39281706f5e4d3/", "https://id.example.com/reset/…/"),
        ("https://id.example.com/?justavalue", "https://id.example.com/?…"),
        ("https://id.example.com/?a+b%3Dc=1", "https://id.example.com/?…"),
        ("https://id.example.com:port/secret", "…"),
        ("https://portal.example.com/cannot-sign-in/", "https://portal.example.com/cannot-sign-in/"),
    ],
)
def test_an_address_shows_host_path_and_names_of_parameters(url: str, shown: str) -> None:
    assert Redactor().address(url) == shown


def test_what_was_learned_is_hidden_wherever_it_stands_and_however_it_is_written() -> None:
    redactor = Redactor()
    redactor.learn(["pass word/1"])
    redactor.learn_name("ada")
    redactor.learn_address("/cb?code=the-code&client_id=portal")
    assert redactor.address("/x/pass%20word%2F1/y") == "/x/…/y"
    assert redactor.address("/x/a%70ass%20word%2f1b/y") == "/x/…/y"
    assert redactor.address("/users/ada/adage/the-code/portal") == "/users/…/adage/…/portal"
    assert redactor.address("/~ada/?ada=1&adage=1") == "/…/?…&adage"
    assert redactor.text("it was pass word/1") == "it was …"
