"""The third set: runs without a fault, in which something harmless goes on that no earlier set has."""

from __future__ import annotations

import os
import signal
import sqlite3
import tarfile
from contextlib import closing

from bench.faults.crowds import surge
from bench.faults.decoys import HARMLESS_DEPLOY
from bench.faults.edit import change
from bench.faults.held_out_ways import runs
from bench.faults.makers import quiet
from bench.faults.mend import each, every, files, keep, started, stopped
from bench.faults.quiet import rotates_with_overlap
from bench.faults.second.quiet import PORTAL_RELEASE
from bench.faults.stage import SERVICES, Stage, pause
from bench.faults.third.ways import prowlers, visitors

_AGAIN_S = 12.0
_OVERLAP_S = 4.0


def _comfort(stage: Stage) -> None:
    """Settings of both services that nobody's sign-in meets: uploads, mail, links for new passwords, patience."""
    keep(stage, *(stage.toml(name) for name in SERVICES))
    change(stage.toml("auth"), "password.reset_life_minutes", 120)
    stage.set("auth", {"mail.from": "office@school.example"})
    change(stage.toml("portal"), "media.max_upload_mib", 25)
    stage.set("portal", {"sign_in.timeout_seconds": 5.0})


def _tidies_up(stage: Stage) -> None:
    """The nightly job in the day: statistics of both databases are made anew, and the site is packed."""

    def tidy() -> None:
        for name in SERVICES:
            with closing(sqlite3.connect(stage.site / f"{name}.sqlite3", timeout=30)) as connection, connection:
                connection.execute("ANALYZE")
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        with tarfile.open(stage.directory / "site.tar", "w") as packed:
            packed.add(stage.site / "media")
            packed.add(stage.site / "secrets")

    every(stage, _AGAIN_S, tidy)


def _restarts_with_overlap(stage: Stage) -> None:
    """Of each service two workers are added, and when they serve, the two oldest end in order."""
    for number, lasts_s in ((signal.SIGTTIN, 0.0), (signal.SIGTTIN, _OVERLAP_S), (signal.SIGTTOU, _OVERLAP_S)):
        for name in SERVICES:
            os.kill(stage.master(name), number)
        pause(lasts_s)
    for name in SERVICES:
        os.kill(stage.master(name), signal.SIGTTOU)


FAULTS = (
    quiet(
        "harmless-two-releases",
        "both services get a release that works",
        each(HARMLESS_DEPLOY, PORTAL_RELEASE),
        started(*SERVICES),
        why="comments alone differ",
    ),
    quiet(
        "harmless-settings-of-both",
        "settings of both services that no sign-in meets",
        _comfort,
        files(*SERVICES),
        why="nothing is taken from anybody",
    ),
    quiet(
        "harmless-exam-in-busy-hour",
        "a third more people, and a class that waits for its paper",
        each(surge(20), runs("reloaders", "--people", "10", "--per-s", "3")),
        stopped,
        why="all of it is allowed, and the school serves it",
    ),
    quiet(
        "harmless-mailing",
        "a link in a mail to some parents is opened",
        visitors("mailing", 2),
        stopped,
        why="people who were asked to come, no more than the school serves",
    ),
    quiet(
        "harmless-portal-rotation",
        "the portal's key is rotated, the former one still accepted",
        rotates_with_overlap("portal"),
        files("portal"),
        why="what was written under the former key is still read",
    ),
    quiet("harmless-tidying", "databases are analysed, the site is packed", _tidies_up, stopped, why="it only reads"),
    quiet(
        "harmless-restart-with-overlap",
        "new workers come before the old ones go",
        _restarts_with_overlap,
        why="the port stays open, and no request is broken off",
    ),
    quiet(
        "harmless-scanner",
        "somebody looks for pages of other software",
        prowlers("scan", 2),
        stopped,
        why="it finds nothing, and tries no password",
    ),
)
