"""What the examinations return: figures, never judgements. A part that could not be examined is None."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Examination(StrEnum):
    """The examinations by name; a cause names those it asks for."""

    PROCESS = "process"
    HOST = "host"
    CONNECTION = "connection"
    LIVENESS = "liveness"
    DATABASE = "database"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class NotExamined:
    """The examination could not be made, because …; this speaks neither for nor against any cause.

    `applies` is False when there is nothing to examine: a component without a database has no database fault.
    """

    examination: Examination
    component: str
    because: str
    applies: bool = True


@dataclass(frozen=True, slots=True)
class ProcessExamined:
    """The process that the pid file names, with its children (a server's workers) where it has any.

    `cpu_share` is of one core, summed over the tree, measured over a fraction of a second; `memory_share` is of the
    host's; all figures are None when it is not alive. `note` says why it is taken as dead.
    """

    component: str
    pid: int
    alive: bool
    note: str = ""
    uptime_s: float | None = None
    cpu_share: float | None = None
    memory_share: float | None = None
    open_files: int | None = None
    open_files_limit: int | None = None
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class HostExamined:
    """The component's host: shares of 0..1 of the disk free under its directory and of the memory available."""

    component: str
    disk_free_share: float
    disk_free_mib: float
    memory_available_share: float
    load_per_core: float
    cores: int


class Reach(StrEnum):
    """How one try to connect ended. `refused` is an answer of the host itself: the way there works."""

    CONNECTED = "connected"
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    UNRESOLVED = "name not resolved"


@dataclass(frozen=True, slots=True)
class ConnectionExamined:
    """Tries to connect to the component, and to the control target beside it (None: there is none)."""

    component: str
    address: str
    tries: tuple[Reach, ...]
    slowest_ms: float | None
    resolved_ms: float | None
    control: Reach | None = None

    @property
    def connected(self) -> int:
        """How many tries came through."""
        return self.tries.count(Reach.CONNECTED)

    @property
    def answered(self) -> int:
        """How many tries the host answered, be it by refusing."""
        return self.connected + self.tries.count(Reach.REFUSED)


@dataclass(frozen=True, slots=True)
class LivenessExamined:
    """One GET of the health path; `status` is None when there was no answer, and `problem` says what came instead."""

    component: str
    status: int | None
    ms: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseExamined:
    """The database by its own protocol. Times in ms; a part that was not tested is None.

    `intact`: the quick check found no damage; None when it did not end in its time or does not apply.
    `lock_ms`: how long the write lock took; with `locked` it was not had within the bound.
    """

    component: str
    kind: str
    opened: bool
    problem: str = ""
    select_ms: float | None = None
    intact: bool | None = None
    locked: bool | None = None
    lock_ms: float | None = None
    connections: int | None = None
    connections_most: int | None = None


@dataclass(frozen=True, slots=True)
class StoreExamined:
    """The session store's answer to PING; `problem` is its refusal or the lack of an answer."""

    component: str
    answered: bool
    ms: float
    problem: str = ""


ExaminationResult = (
    ProcessExamined
    | HostExamined
    | ConnectionExamined
    | LivenessExamined
    | DatabaseExamined
    | StoreExamined
    | NotExamined
)
