"""Whence people come: behind one shared exit with several outgoing addresses, or each from an address of their own."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address
from random import Random

_SHARED_FIRST = IPv4Address("203.0.113.16")  # TEST-NET-3, RFC 5737
_SHARED_COUNT = 8
_SINGLE_FIRST = IPv4Address("198.18.0.10")  # benchmarking range, RFC 2544: 512 networks of /24
_SINGLE_NETWORKS = 512


class NetworkKind(StrEnum):
    SHARED_EXIT = "shared-exit"
    SINGLE = "single"


@dataclass(frozen=True, slots=True)
class Network:
    kind: NetworkKind
    addresses: tuple[str, ...]

    def address(self, chance: Random) -> str:
        """The address by which one request leaves."""
        return chance.choice(self.addresses)


def shared_exit() -> Network:
    return Network(NetworkKind.SHARED_EXIT, tuple(str(_SHARED_FIRST + step) for step in range(_SHARED_COUNT)))


def assign(count: int, shared_share: float, chance: Random) -> list[Network]:
    """A network for each of `count` people; exactly the share of them, to the nearest person, has the shared exit."""
    shared_count = round(count * shared_share)
    networks = [shared_exit()] * shared_count
    networks += [Network(NetworkKind.SINGLE, (_single(number),)) for number in range(count - shared_count)]
    chance.shuffle(networks)
    return networks


def _single(number: int) -> str:
    """A network of one's own as long as there are some, then further addresses of the same networks."""
    rounds, network = divmod(number, _SINGLE_NETWORKS)
    return str(_SINGLE_FIRST + network * 256 + rounds)
