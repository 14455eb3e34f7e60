"""The second set: runs without a fault, in which something harmless goes on that neither earlier set has."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing

from bench.faults.crowds import attack
from bench.faults.databases import ON_POSTGRESQL
from bench.faults.edit import change
from bench.faults.fault import Layout
from bench.faults.held_out_deploys import ship
from bench.faults.held_out_settings import sets
from bench.faults.makers import quiet
from bench.faults.mend import clocks_right, every, files, keep, started, stopped
from bench.faults.second.settings import clock
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import SERVICES, Stage
from bench.faults.stores import DATABASE, KEEPER, account, programs

_AGAIN_S = 10.0
_STEP_S = 2
_CRAWLS_PER_S = 2


def _backup(stage: Stage) -> None:
    """Both databases are copied while they are in use, as a backup does, every ten seconds."""

    def copy() -> None:
        for name in SERVICES:
            source, target = stage.site / f"{name}.sqlite3", stage.directory / f"{name}.backup"
            with closing(sqlite3.connect(source, timeout=30)) as read, closing(sqlite3.connect(target)) as written:
                read.backup(written)

    every(stage, _AGAIN_S, copy)


def _dump(stage: Stage) -> None:
    """The same with PostgreSQL, by its own program."""
    bin_, server = programs(), stage.postgresql
    assert bin_ is not None
    assert server is not None
    command = [str(bin_ / "pg_dump"), "-h", str(server.home), "-p", str(server.port), "-U", KEEPER, DATABASE]

    def dump() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=account(), cwd=server.home)

    every(stage, _AGAIN_S, dump)


def _help_elsewhere(stage: Stage) -> None:
    """Two settings that touch nobody's sign-in: the sender of mail, and where help is."""
    keep(stage, stage.toml("auth"))
    change(stage.toml("auth"), "mail.from", "help@school.example")
    stage.set("auth", {"service.help_url": "https://school.example/help"})


_NOTE = '_NEXT = "next"\n'
PORTAL_RELEASE = ship("portal/sign_in/views.py", _NOTE, f"# Where to go after the sign-in.\n{_NOTE}", "portal")


FAULTS = (
    quiet("harmless-backup", "both databases are backed up", _backup, stopped),
    quiet("harmless-dump", "PostgreSQL is dumped", _dump, stopped, ON_POSTGRESQL),
    quiet("harmless-snapshot", "Redis writes a snapshot", asked("BGSAVE"), layout=ON_REDIS),
    quiet(
        "harmless-worker-added", "the provider gets a third worker", sets("auth", {"server.workers": 3}), files("auth")
    ),
    quiet("harmless-help-elsewhere", "mail and help have other addresses", _help_elsewhere, files("auth")),
    quiet("harmless-portal-release", "a release of the portal that works", PORTAL_RELEASE, started("portal")),
    quiet(
        "harmless-clock-step",
        "the provider's clock is set by two seconds",
        clock("auth", _STEP_S),
        clocks_right,
        Layout(clock=True),
    ),
    quiet("harmless-crawler", "a search engine reads the sign-in page", attack("flood", _CRAWLS_PER_S, 1), stopped),
)
