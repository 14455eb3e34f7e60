from ipaddress import ip_address

import pytest

from school.auth.binding import Prefixes, Verdict, bind, judge

USUAL = Prefixes(ipv4=24, ipv6=56)


def keyed(network: str) -> str:
    return f"hash of {network}"


def test_a_session_stores_prefix_and_hash_of_the_network_never_the_address() -> None:
    assert bind(ip_address("203.0.113.9"), USUAL, keyed) == {"prefix": 24, "network": "hash of 203.0.113.0/24"}


@pytest.mark.parametrize(
    ("signed_in_at", "later_at", "verdict"),
    [
        ("203.0.113.9", "203.0.113.9", Verdict.HOLDS),
        ("203.0.113.9", "203.0.113.250", Verdict.HOLDS),
        ("203.0.113.9", "203.0.114.9", Verdict.NETWORK_CHANGED),
        ("2001:db8:0:ff::1", "2001:db8:0:12::9", Verdict.HOLDS),
        ("2001:db8:0:ff::1", "2001:db8:0:1ff::1", Verdict.NETWORK_CHANGED),
        ("203.0.113.9", "2001:db8::1", Verdict.NETWORK_CHANGED),
        ("2001:db8::1", "203.0.113.9", Verdict.NETWORK_CHANGED),
    ],
)
def test_a_session_is_honoured_within_its_network_only(signed_in_at: str, later_at: str, verdict: Verdict) -> None:
    stored = bind(ip_address(signed_in_at), USUAL, keyed)
    assert judge(stored, ip_address(later_at), keyed) is verdict


def test_the_prefix_stored_in_the_session_counts_not_the_one_configured_now() -> None:
    stored = bind(ip_address("203.0.113.9"), Prefixes(ipv4=32, ipv6=56), keyed)
    assert judge(stored, ip_address("203.0.113.10"), keyed) is Verdict.NETWORK_CHANGED
    assert judge(stored, ip_address("203.0.113.9"), keyed) is Verdict.HOLDS


def test_prefix_zero_binds_nothing_and_an_unbound_session_is_honoured_anywhere() -> None:
    assert bind(ip_address("203.0.113.9"), Prefixes(ipv4=0, ipv6=56), keyed) is None
    assert judge(None, ip_address("203.0.113.9"), keyed) is Verdict.UNBOUND


@pytest.mark.parametrize("damaged", ["24", {}, {"prefix": "24", "network": "x"}, {"prefix": 24}, {"prefix": -3}])
def test_a_damaged_binding_is_kept_by_nobody(damaged: object) -> None:
    assert judge(damaged, ip_address("203.0.113.9"), keyed) is Verdict.NETWORK_CHANGED
