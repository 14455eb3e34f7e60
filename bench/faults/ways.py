"""Network faults: the ways between people, the services and names are cut, slow or lossy."""

from __future__ import annotations

from collections.abc import Callable

from bench.faults.fault import Do, Fault, Layout
from bench.faults.names import Answer
from bench.faults.relay import Mode
from bench.faults.stage import Stage

IN_FRONT = Layout(front=True)
_BEHIND = Layout(back=True)
_NAMED = Layout(names=True)
_FRONTS = ("front-auth", "front-portal")


def ways(mode: Mode, *relays: str, delay_s: float = 1.0) -> Do:
    """An injection that has these ways misbehave."""

    def inject(stage: Stage) -> None:
        for name in relays:
            stage.relays[name].set(mode, delay_s)

    return inject


def rewrites(rewrite: Callable[[bytes], bytes], *relays: str) -> Do:
    """An injection that has these ways make something else of what people and services send."""

    def inject(stage: Stage) -> None:
        for name in relays:
            stage.relays[name].rewrite = rewrite

    return inject


def lead(stage: Stage, relay: str, port: int) -> None:
    """Have a way lead to another port; connections that stand are torn down."""
    way = stage.relays[relay]
    way.target = ("127.0.0.1", port)
    way.set(Mode.RESET)
    way.set(Mode.PASS)


def _gone(*relays: str) -> Do:
    def inject(stage: Stage) -> None:
        for name in relays:
            stage.relays[name].shut()

    return inject


def names(answer: Answer) -> Do:
    """The name server answers so."""

    def inject(stage: Stage) -> None:
        assert stage.names is not None
        stage.names.answer = answer

    return inject


def _network(name: str, what: str, inject: Do, layout: Layout, *also: str) -> Fault:
    return Fault(name, ("network", *also), what, inject, layout)


FAULTS = (
    _network("front-dark", "packets to both services are dropped", ways(Mode.DARK, *_FRONTS), IN_FRONT),
    _network("provider-dark", "packets to the provider are dropped", ways(Mode.DARK, "front-auth"), IN_FRONT),
    _network("front-holds", "connections come about, and nothing passes", ways(Mode.HOLD, *_FRONTS), IN_FRONT),
    _network("front-slow", "each piece of data takes 2.5 s", ways(Mode.SLOW, *_FRONTS, delay_s=2.5), IN_FRONT),
    _network("front-lossy", "half of the connections are torn down", ways(Mode.LOSSY, *_FRONTS), IN_FRONT),
    _network("front-resets", "every connection is torn down", ways(Mode.RESET, *_FRONTS), IN_FRONT),
    _network("large-packets-lost", "answers stop after their first packets", ways(Mode.STALL, *_FRONTS), IN_FRONT),
    _network("front-gone", "the proxy in front listens no more", _gone(*_FRONTS), IN_FRONT, "server"),
    _network("back-channel-holds", "the portal's way to the provider is cut", ways(Mode.HOLD, "back"), _BEHIND),
    _network("back-channel-gone", "the portal's egress proxy is gone", _gone("back"), _BEHIND),
    _network("back-channel-slow", "the portal's way takes 4 s", ways(Mode.SLOW, "back", delay_s=4.0), _BEHIND),
    _network("names-silent", "the name server does not answer", names(Answer.SILENT), _NAMED),
    _network("names-gone", "the names do not exist any more (CC-02)", names(Answer.NO_NAME), _NAMED),
    _network("names-elsewhere", "the names lead to an old address", names(Answer.ELSEWHERE), _NAMED, "server"),
)
