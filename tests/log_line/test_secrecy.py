"""Hashes are those that the school and Django's session reader make, and addresses count by their network."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from doorward.log_line import Hasher
from doorward.log_line.secrecy import network
from school.events import EventLog


def test_a_person_a_session_and_a_source_have_the_school_s_hashes(tmp_path: Path) -> None:
    school = EventLog("auth", tmp_path / "log", b"key", "0")
    door = Hasher(b"key")
    assert door.person(" Ann ") == school.person("ann")
    assert door.session("s") == school.session("s")
    for address in ("203.0.113.7", "2001:db8:1:2::7"):
        assert door.source(address) == school.source(ip_address(address))


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.7:4711", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("[2001:db8:1:2ff::7]:443", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("Host.Example.COM", "host.example.com"),
    ],
)
def test_an_address_in_any_dress_is_its_network(address: str, found: str) -> None:
    assert network(address) == found


def test_another_key_gives_another_hash() -> None:
    assert Hasher(b"one").person("ann") != Hasher(b"two").person("ann")
