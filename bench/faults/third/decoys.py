"""The third set: a fault just after something harmless, or during an attack that harms nobody much."""

from __future__ import annotations

from bench.faults.crowds import attack
from bench.faults.fault import Fault
from bench.faults.held_out_settings import sets
from bench.faults.makers import decoy
from bench.faults.mend import each, files, started, stopped
from bench.faults.quiet import rotates_with_overlap
from bench.faults.second.hosts import ended
from bench.faults.second.quiet import PORTAL_RELEASE
from bench.faults.second.ways import names_stay
from bench.faults.session_stores import ON_REDIS
from bench.faults.third.deploys import STATE_FORGOTTEN
from bench.faults.third.hosts import thrashes
from bench.faults.third.stores import stalls
from bench.faults.third.ways import NAMED, NAMES_HALF_KNOWN

FAULTS: tuple[Fault, ...] = (
    decoy(
        "portal-release-then-redis-stalls",
        "session-store",
        "deploy",
        (PORTAL_RELEASE, stalls, each(ended, started("portal"))),
        ON_REDIS,
        "the release of the portal changes a comment; what stands still is the provider's Redis",
    ),
    decoy(
        "upload-size-then-names-half-known",
        "network",
        "configuration",
        (sets("portal", {"media.max_upload_mib": 20}), NAMES_HALF_KNOWN, each(names_stay, files("portal"))),
        NAMED,
        "larger files may be handed in, which nobody's sign-in meets; names are what is lost",
    ),
    decoy(
        "guessing-and-state-forgotten",
        "deploy",
        "attack",
        (attack("stuffing", 2, 60), STATE_FORGOTTEN, each(stopped, started("portal"))),
        why="two wrong passwords a second hurt nobody; the release hurts everybody who signs in",
    ),
    decoy(
        "portal-rotation-then-host-thrashes",
        "server",
        "key",
        (rotates_with_overlap("portal"), thrashes, each(ended, files("portal"))),
        why="the former key goes on to be accepted; it is the host of both services that stands still",
    ),
)
