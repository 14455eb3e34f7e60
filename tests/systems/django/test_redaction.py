"""What an address may hold of people is left out, also of one that was cut off in its middle."""

from __future__ import annotations

import pytest

from doorward.systems.django.redaction import without_people


@pytest.mark.parametrize(
    "address",
    [
        "https://id.example.com:8443/x",
        "http://localhost:*",
        "redis://store:6379",
        "http://[::1]:8080/",
        "http://host:${PORT}/",
        "cluster://one:7000,two:7001",
    ],
)
def test_an_address_without_people_stands_as_it_is(address: str) -> None:
    assert without_people(address, b"k") == address


@pytest.mark.parametrize(
    "address", ["https://u:canary%2Bsings@host/x", "jdbc:postgresql://u:canary%2Bsings", "x://u:1canary"]
)
def test_a_password_in_an_address_is_a_digest_also_where_the_rest_is_cut_off(address: str) -> None:
    told = without_people(address, b"k")
    assert "canary" not in told
    assert told.count("digest:") == 1
