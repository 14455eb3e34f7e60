"""The fifth set: runs without a fault, in which something harmless goes on that no earlier set has."""

from __future__ import annotations

import itertools
import ssl

from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.fault import Layout
from bench.faults.fourth.nodes import joins
from bench.faults.held_out_settings import TLS
from bench.faults.keys import new_pem
from bench.faults.makers import quiet
from bench.faults.mend import each, every, files, keep, started, stopped
from bench.faults.second.quiet import PORTAL_RELEASE
from bench.faults.session_stores import ON_REDIS
from bench.faults.stage import SERVICES, Stage, answers, pause

_LUNCH_S, _LUNCH_PER_MIN = 15, 75
_ASKS_S, _WRITES_S = 0.2, 0.05
_STAYS_S = 6.0


def _lunch(stage: Stage) -> None:
    """Many look at their marks over lunch, for a quarter of a minute, and are gone."""
    stage.begun.append(stage.let_people_in(_LUNCH_S, per_min=_LUNCH_PER_MIN, seed=150))


def _signing_key_rotated(stage: Stage) -> None:
    """Who reads a token under a key that is not known yet asks for the list of keys again."""
    path = stage.secret("oidc-signing-key.pem")
    keep(stage, path)
    path.write_bytes(new_pem())
    stage.reload("auth")


def _node_retired(stage: Stage) -> None:
    """A second node of the portal joins for a while; then nobody new is led to it, and who is on it stays."""
    joins("portal")(stage)
    pause(_STAYS_S)
    stage.relays["front-portal"].turns = None


def _neighbour(stage: Stage) -> None:
    """Another application keeps its pages in a database of its own of the same Redis."""
    redis = stage.redis
    assert redis is not None
    numbers = itertools.count()
    every(stage, _WRITES_S, lambda: redis.ask("SELECT 3", f"SET page:{next(numbers)} x EX 60"))


def _asks_whether_it_lives(stage: Stage) -> None:
    """A monitor of somebody else's."""

    def ask() -> None:
        for name in SERVICES:
            answers(f"http://127.0.0.1:{stage.ports[name]}/healthz")

    every(stage, _ASKS_S, ask)


def _tls_by_the_newest(stage: Stage) -> None:
    """Both fronts speak TLS 1.3 alone, which all who come can."""
    for name in SERVICES:
        context = stage.relays[f"front-{name}"].context
        assert context is not None
        context.minimum_version = ssl.TLSVersion.TLSv1_3


FAULTS = (
    quiet("harmless-lunch", "twice the people for a quarter of a minute", _lunch, stopped, why="all are served well"),
    quiet(
        "harmless-signing-key-rotated",
        "the signing key is rotated, and the list of keys with it",
        _signing_key_rotated,
        files("auth"),
        why="a token names its key, and the portal asks for one that it does not know",
    ),
    quiet(
        "harmless-index-made",
        "PostgreSQL makes an index beside its work",
        said("CREATE INDEX CONCURRENTLY role_of ON school_auth_account (role)"),
        said("DROP INDEX role_of"),
        ON_POSTGRESQL,
        "nobody waits for it",
    ),
    quiet(
        "harmless-node-retired",
        "a second node of the portal joins and is retired",
        _node_retired,
        layout=Layout(front=True),
        why="it has all that the first has, and no connection is broken off",
    ),
    quiet(
        "harmless-neighbour-in-redis",
        "another application uses the same Redis",
        _neighbour,
        stopped,
        ON_REDIS,
        "it has a database of its own, and there is room",
    ),
    quiet(
        "harmless-health-checks",
        "somebody's monitor asks both services ten times a second whether they live",
        _asks_whether_it_lives,
        stopped,
        why="it costs next to nothing",
    ),
    quiet(
        "harmless-release-taken-back",
        "a release of the portal that works is taken back after a while",
        each(PORTAL_RELEASE, lambda _: pause(_STAYS_S), files("portal")),
        started("portal"),
        why="a comment alone differs, there and back",
    ),
    quiet(
        "harmless-newest-tls",
        "both fronts speak the newest TLS alone",
        _tls_by_the_newest,
        layout=TLS,
        why="people, probes and the portal all speak it",
    ),
)
