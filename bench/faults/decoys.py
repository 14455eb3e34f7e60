"""Decoys: something harmless, or something else, happens just before or beside the fault; and two faults at once."""

from __future__ import annotations

import signal

from bench.faults.crowds import attack
from bench.faults.databases import ON_POSTGRESQL, drop, lock, stopped
from bench.faults.deploys import deploy
from bench.faults.edit import Value
from bench.faults.fault import Do, Fault, Layout
from bench.faults.keys import rotated
from bench.faults.processes import signals
from bench.faults.relay import Mode
from bench.faults.session_stores import ON_REDIS, asked, signalled
from bench.faults.settings import sets
from bench.faults.stage import Stage, pause
from bench.faults.ways import IN_FRONT, ways

LONGER: dict[str, Value] = {"session.life_minutes": 600}
MILDER: dict[str, Value] = {"lockout.failures": 12}
_BOUND: dict[str, Value] = {"session.bind_ipv4_prefix": 32}
HARMLESS_DEPLOY = deploy("auth/views.py", "_GRANTS = (", "# Told in the log.\n_GRANTS = (", "auth")


def both(*parts: Do, apart_s: float = 0.0) -> Do:
    """An injection of several."""

    def inject(stage: Stage) -> None:
        for part in parts:
            part(stage)
            pause(apart_s)

    return inject


def _after_change(name: str, cause: str, before: Do, inject: Do, layout: Layout | None = None) -> Fault:
    what = f"a harmless change of settings, and then {cause}"
    return Fault(name, (cause,), what, inject, layout or Layout(), before, "configuration")


def _during_attack(name: str, cause: str, inject: Do, layout: Layout | None = None) -> Fault:
    what = f"an attack is under way when {cause} fails"
    return Fault(name, (cause,), what, inject, layout or Layout(), attack("stuffing", 3, 40), "attack")


_KILLED = signals(signal.SIGKILL, "auth")
_HELD = ways(Mode.HOLD, "front-auth", "front-portal")
_REDIS_GONE = signalled(signal.SIGKILL)
_OUT_OF_MEMORY = asked("CONFIG SET maxmemory 1mb")
FAULTS = (
    _after_change("change-then-lock", "database", sets("auth", LONGER), lock("auth")),
    _after_change("change-then-postgresql-gone", "database", sets("auth", MILDER), stopped, ON_POSTGRESQL),
    _after_change("change-then-redis-gone", "session-store", sets("auth", MILDER), _REDIS_GONE, ON_REDIS),
    _after_change("change-then-network", "network", sets("portal", LONGER), _HELD, IN_FRONT),
    _after_change("change-then-killed", "server", sets("auth", LONGER), _KILLED),
    _after_change("change-then-attack", "attack", sets("auth", MILDER), attack("spray", 5, 300)),
    _after_change("change-then-secret", "key", sets("portal", LONGER), rotated("portal-client-secret-at-auth", "auth")),
    Fault(
        "deploy-then-table-dropped",
        ("database",),
        "a harmless deploy, and then the table of sessions is gone",
        drop("auth", "django_session"),
        before=HARMLESS_DEPLOY,
        decoy="deploy",
    ),
    _during_attack("attack-and-wrong-setting", "configuration", sets("auth", _BOUND)),
    _during_attack("attack-and-killed", "server", signals(signal.SIGKILL, "portal")),
    _during_attack("attack-and-redis-full", "session-store", _OUT_OF_MEMORY, ON_REDIS),
    Fault(
        "setting-and-redis-gone",
        ("configuration", "session-store"),
        "two faults at once",
        both(sets("portal", {"session.cookie_secure": True}), _REDIS_GONE),
        ON_REDIS,
        is_double=True,
    ),
    Fault(
        "lock-and-portal-killed",
        ("database", "server"),
        "two faults at once",
        both(lock("auth"), signals(signal.SIGKILL, "portal")),
        is_double=True,
    ),
    Fault(
        "secret-and-attack",
        ("key", "attack"),
        "two faults at once",
        both(rotated("portal-client-secret", "portal"), attack("spray", 5, 5)),
        is_double=True,
    ),
)
