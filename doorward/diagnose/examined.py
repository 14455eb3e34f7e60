"""What the examinations return: figures, never judgements. A part that could not be examined is None."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from doorward.diagnose.examined_process import OfProcess


class Examination(StrEnum):
    """The examinations by name; a cause names those it asks for."""

    PROCESS = "process"
    HOST = "host"
    CONNECTION = "connection"
    LIVENESS = "liveness"
    DATABASE = "database"
    SCHEMA = "schema"
    STORE = "store"
    NAMES = "names"
    TLS = "tls"
    ISSUER = "issuer"
    DIRECTORY = "directory"
    UPSTREAM = "upstream"
    KEYS = "keys"
    CODE = "code"
    HELD = "held"
    FRONT = "front"
    SURROUNDINGS = "surroundings"


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
    host's; all figures are None when it is not alive. `note` says why it is taken as dead. `stopped` counts the
    processes of the tree that a signal holds: they live and do nothing. `full_files` are files open for writing that
    may not grow any more, by the process's own limit. `own_place` is where it listens, if that is not the address that
    people use, and `own_status` what its health path answers there (None: nothing), within `own_ms`. `youngest_s` and
    `oldest_s` are the ages of its workers, None without any.
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
    stopped: int = 0
    own_place: str = ""
    own_status: int | None = None
    full_files: tuple[str, ...] = ()
    own_ms: float | None = None
    youngest_s: float | None = None
    oldest_s: float | None = None


@dataclass(frozen=True, slots=True)
class HostExamined:
    """The component's host: shares of 0..1 of the disk free under its directory, of the memory available, and of the
    processors busy over a fraction of a second (None: not measured). `gone` are directories that it writes to and that
    are not there, by what it keeps in them. `files_free_share` is of the files that its file system can hold (None: it
    tells no bound), and with `read_only` it takes no writes."""

    component: str
    disk_free_share: float
    disk_free_mib: float
    memory_available_share: float
    load_per_core: float
    cores: int
    busy_share: float | None = None
    gone: tuple[str, ...] = ()
    files_free_share: float | None = None
    read_only: bool = False


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
    """One GET of the health path; `status` is None when there was no answer, and `problem` says what came instead.

    `ahead_s`: how far its Date header is ahead of our clock (behind: negative), to about a second; None without one.
    """

    component: str
    status: int | None
    ms: float
    problem: str = ""
    ahead_s: float | None = None


@dataclass(frozen=True, slots=True)
class DatabaseExamined:
    """The database by its own protocol. Times in ms; a part that was not tested is None.

    `intact`: the quick check found no damage; None when it did not end in its time or does not apply.
    `lock_ms`: how long the write lock took; with `locked` it was not had within the bound.
    `waiting`: sessions of others that wait for a lock, the longest for `waited_s` (None where that is not shown to us).
    `running`: statements of others that take over a second, the longest `ran_s` so far.
    """

    component: str
    kind: str
    opened: bool
    problem: str = ""
    select_ms: float | None = None
    intact: bool | None = None
    locked: bool | None = None
    lock_ms: float | None = None
    writable: bool | None = None
    connections: int | None = None
    connections_most: int | None = None
    waiting: int | None = None
    waited_s: float | None = None
    running: int | None = None
    ran_s: float | None = None


@dataclass(frozen=True, slots=True)
class SchemaExamined:
    """What the database has room for: `columns` are `table.column`, `rights` `table.account.right`, never shown, and
    empty where none are told. `things` stand on tables, as `kind table.name`: triggers, indexes, constraints, policies.
    `servers`: how many answered. `filled`: those that hold a row, of the tables that several others refer to."""

    component: str
    columns: tuple[str, ...]
    rights: tuple[str, ...] = field(default=(), repr=False)
    things: tuple[str, ...] = ()
    servers: int = 1
    filled: tuple[str, ...] | None = None

    def made(self, before: SchemaExamined | None) -> tuple[str, ...]:
        """What was put on tables since; sorted. A new index takes nothing from anybody, unless it is a unique one."""
        new = set(self.things) - set(before.things) if before else set()
        return tuple(sorted(one for one in new if not one.startswith("index ")))

    def unmade(self, before: SchemaExamined | None) -> tuple[str, ...]:
        """Indexes that are gone since; sorted."""
        gone = set(before.things) - set(self.things) if before else set()
        return tuple(sorted(one for one in gone if one.startswith(("index ", "unique index "))))

    def lost(self, before: SchemaExamined | None) -> tuple[str, ...]:
        """Tables that were there before and are gone, or lost a column; sorted."""
        return _tables(set(before.columns) - set(self.columns) if before else set())

    def closed(self, before: SchemaExamined | None) -> tuple[str, ...]:
        """Tables on which somebody has a right less than before; sorted."""
        return _tables(set(before.rights) - set(self.rights) if before else set())


def _tables(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted({name.partition(".")[0] for name in names}))


@dataclass(frozen=True, slots=True)
class StoreExamined:
    """The session store's answer to PING; `problem` is its refusal or the lack of an answer.

    The figures are those of INFO, None where it tells none: memory used and allowed in bytes (0 = no bound), what it
    drops when full (`policy`), keys dropped and held, seconds since it started. `writable` is False for a replica, or
    where it could not save. `refused` counts the commands that it refused for a state of its own or for want of rights
    since it started, `blocked` are clients whose command waits now. `servers`: as many as its address led to.
    """

    component: str
    answered: bool
    ms: float
    problem: str = ""
    memory_used: int | None = None
    memory_most: int | None = None
    policy: str = ""
    evicted: int | None = None
    sessions: int | None = None
    uptime_s: float | None = None
    writable: bool | None = None
    refused: int | None = None
    blocked: int | None = None
    servers: int = 1


@dataclass(frozen=True, slots=True)
class NamesExamined:
    """Host names that the component depends on: how many addresses each stands for (0: it does not resolve)."""

    component: str
    addresses: tuple[tuple[str, int], ...]
    slowest_ms: float

    @property
    def lost(self) -> tuple[str, ...]:
        """Names that stand for nothing."""
        return tuple(name for name, count in self.addresses if count == 0)


@dataclass(frozen=True, slots=True)
class TlsExamined:
    """A TLS handshake: is the certificate believed, and until when does it hold? `place` is host:port.

    `problem` is the word of the verification (`certificate has expired`, `hostname mismatch`, …) or of the handshake;
    empty when all is well. `ends_at` is None when no certificate was shown.
    """

    component: str
    place: str
    problem: str
    ends_at: datetime | None
    ms: float
    shown: bool = True


@dataclass(frozen=True, slots=True)
class IssuerExamined:
    """The discovery document and the keys of an issuer; `keys` are the key ids that it serves, sorted.

    `status` is that of the last answer, None without one. `named` is the issuer that the document names. `endpoints`
    are what its other addresses answer to OPTIONS, which asks for nothing: (name in the document, status or None).
    """

    component: str
    issuer: str
    status: int | None
    ms: float
    problem: str = ""
    named: str = ""
    keys: tuple[str, ...] = ()
    endpoints: tuple[tuple[str, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class DirectoryExamined:
    """An LDAP directory's answer to an anonymous bind; `code` is its resultCode, None without an answer."""

    component: str
    place: str
    code: int | None
    ms: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class UpstreamExamined:
    """A service that others keep: what it answers to one GET; `place` is its origin, `status` None if nothing."""

    component: str
    place: str
    status: int | None
    ms: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file with a key, certificate or secret. `digest` is keyed anew in every process and never shown; it is empty,
    and `changed_at` None, where the file does not read. `ends_at` is the first end of a certificate in it."""

    name: str
    changed_at: datetime | None
    digest: str = field(repr=False)
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeysExamined:
    """The component's files with keys, certificates and secrets."""

    component: str
    files: tuple[KeyFile, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class CodeExamined:
    """The component's code: when the newest of its files changed, and the revision that git names, if any."""

    component: str
    changed_at: datetime | None
    newest: str
    files: int
    revision: str = ""


ExaminationResult = (
    ProcessExamined
    | HostExamined
    | ConnectionExamined
    | LivenessExamined
    | DatabaseExamined
    | SchemaExamined
    | StoreExamined
    | NamesExamined
    | TlsExamined
    | IssuerExamined
    | DirectoryExamined
    | UpstreamExamined
    | KeysExamined
    | CodeExamined
    | OfProcess
    | NotExamined
)
