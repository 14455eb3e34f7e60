"""What a fault is: how the school stands, what is done to it, and which causes are the true ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bench.faults.stage import Stage

Do = Callable[["Stage"], None]

CAUSES = (
    *("configuration", "key", "clock", "server", "database", "session-store", "network"),
    *("load", "attack", "upstream", "client", "deploy"),
)
QUIET = "no fault"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the school stands in a run; the default is the school as `setup` makes it."""

    sessions: Literal["db", "cache", "cached_db"] = "db"
    database: Literal["sqlite", "postgresql"] = "sqlite"
    front: bool = False
    """A proxy of ours in front of both services; people, probes and the portal come through it."""
    back: bool = False
    """The portal reaches the provider through an egress proxy of ours."""
    tls: bool = False
    """The front ends TLS, with certificates of a CA of ours."""
    names: bool = False
    """The services are known by name; the names come from a name server of ours."""
    clock: bool = False
    """The services' clocks can be set."""
    is_external: bool = False
    """The provider is somebody else's: it is neither guarded nor configured by us."""
    library: bool = False
    """A second client of the provider, somebody else's application, with people who sign in to it."""
    disk_mib: int = 0
    """The site lies on a disk of its own of that size."""
    workers: int = 2
    threads: int = 8
    per_min: float = 60
    """Sign-ins a minute."""
    recheck_s: int = 30
    """After so long the portal asks the provider again about a session."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `causes`: each of them is a right conclusion; none for a run without a fault.

    `before` is done some seconds ahead of `inject` (a decoy's harmless change); it does not count as the fault.
    """

    name: str
    causes: tuple[str, ...]
    what: str
    inject: Do
    layout: Layout = field(default_factory=Layout)
    before: Do | None = None
    decoy: str = ""
    """The cause that a decoy lures to; it must not be blamed."""

    is_double: bool = False
    """Two faults at once: counted among the decoys."""

    undo: Do | None = None
    """What mends it, without a new stage; None: nobody tries."""

    why: str = ""
    """Why it is of this class and of no other, or why it is no fault at all."""

    @property
    def group(self) -> str:
        """The class under which it is counted."""
        return ("decoy" if self.decoy or self.is_double else self.causes[0]) if self.causes else QUIET
