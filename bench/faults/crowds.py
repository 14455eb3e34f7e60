"""Heavy traffic of real people, and attacks."""

from __future__ import annotations

import sys

from bench.faults.fault import Do, Fault, Layout
from bench.faults.stage import ROOT, Stage

# A small host: what many schools have.
_SMALL = Layout(workers=1, threads=2)
_LONG_S = 150


def attack(kind: str, per_s: float, sources: int) -> Do:
    """An injection that begins an attack."""

    def inject(stage: Stage) -> None:
        command = [sys.executable, "-m", "bench.faults.attacker", str(stage.site), kind, "--seconds", str(_LONG_S)]
        command += ["--per-s", str(per_s), "--sources", str(sources)]
        stage.begun.append(stage.start("attacker", command, ROOT))

    return inject


def surge(per_min: float, scale: float = 1.0, crowds: int = 1) -> Do:
    """An injection that has many more people come."""

    def inject(stage: Stage) -> None:
        for number in range(crowds):
            stage.begun.append(stage.let_people_in(_LONG_S, per_min=per_min / crowds, seed=50 + number, scale=scale))

    return inject


def _attack(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("attack",), what, inject)


def _load(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("load",), what, inject, _SMALL)


FAULTS = (
    _load("surge-morning", "ten times the people come at once", surge(600)),
    _load("surge-hurried", "eight times the people, in a hurry", surge(480, scale=0.3)),
    _load("surge-crowds", "fifteen times the people from several places", surge(900, scale=0.5, crowds=2)),
    _attack("stuffing-few-sources", "passwords from elsewhere, three networks", attack("stuffing", 6, 3)),
    _attack("stuffing-many-sources", "the same from hundreds of networks", attack("stuffing", 6, 2000)),
    _attack("spray-few-sources", "one password over all names, three networks", attack("spray", 5, 3)),
    _attack("spray-many-sources", "the same from hundreds of networks", attack("spray", 5, 2000)),
    _attack("flood-sign-in-page", "the sign-in page, sixty times a second", attack("flood", 60, 2)),
    _attack("flood-token-endpoint", "made-up codes at the token endpoint", attack("tokens", 30, 2)),
)
