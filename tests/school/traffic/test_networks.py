"""Networks: one shared exit with eight addresses of one /24, and addresses of one's own."""

from ipaddress import ip_network
from random import Random

import pytest

from school.traffic.networks import NetworkKind, assign, shared_exit


def test_the_shared_exit_has_eight_addresses_of_one_network() -> None:
    addresses = shared_exit().addresses
    assert len(set(addresses)) == 8
    assert len({ip_network(f"{address}/24", strict=False) for address in addresses}) == 1


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.45, 90), (1.0, 200)])
def test_the_share_is_met_exactly(share: float, expected: int) -> None:
    kinds = [network.kind for network in assign(200, share, Random(1))]
    assert kinds.count(NetworkKind.SHARED_EXIT) == expected


def test_everybody_else_has_one_address_that_nobody_shares() -> None:
    singles = [network.addresses for network in assign(1500, 0.0, Random(1))]
    assert {len(addresses) for addresses in singles} == {1}
    assert len(set(singles)) == 1500


def test_a_request_leaves_by_any_of_the_addresses() -> None:
    chance, network = Random(1), shared_exit()
    assert {network.address(chance) for _ in range(200)} == set(network.addresses)
