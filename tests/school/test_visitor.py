import pytest

from school.visitor import agent, client_address, is_synthetic

TRUSTED = ("127.0.0.1", "::1")


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("", "203.0.113.9", "0.0.0.0"),
    ],
)
def test_a_forwarded_address_is_believed_from_trusted_proxies_only(peer: str, forwarded_for: str, address: str) -> None:
    assert str(client_address(peer, forwarded_for, TRUSTED)) == address


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "chromium",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "firefox"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "safari"),
        ("curl/8.5", "other"),
        ("", "other"),
    ],
)
def test_browsers_are_told_apart_by_family(user_agent: str, name: str) -> None:
    assert agent(user_agent) == name


def test_only_the_token_makes_a_request_synthetic() -> None:
    assert is_synthetic("right", "right")
    assert not is_synthetic("wrong", "right")
    assert not is_synthetic("", "")
    assert not is_synthetic("é", "right")
