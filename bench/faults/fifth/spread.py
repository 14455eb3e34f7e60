"""A second node of a service, and a front that leads each request to another one of the two, as most balancers do."""

from __future__ import annotations

import itertools

from bench.faults.fault import Do
from bench.faults.fourth.nodes import Own, serve_node
from bench.faults.stage import Stage
from bench.faults.third.gateway import Answer, Gateway, let_in
from bench.faults.ways import lead


class Spread(Gateway):
    """Passes one request on to the one node, the next to the next, whoever asks and by whichever connection."""

    def __init__(self, *nodes: int) -> None:
        super().__init__(nodes[0])
        self._turns = itertools.cycle(nodes)

    def pass_on(self, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Answer:
        """One exchange with the node whose turn it is."""
        self.target = next(self._turns)
        return super().pass_on(method, target, headers, body)


def joins_in_turn(stage: Stage, service: str, own: Own) -> None:
    """Such a node joins, and each second request is its."""
    let_in(stage, f"front-{service}", Spread(serve_node(stage, service, own), stage.ports[service]))


def straight(service: str) -> Do:
    """The front leads to the first node, and to nothing between."""
    return lambda stage: lead(stage, f"front-{service}", stage.ports[service])
