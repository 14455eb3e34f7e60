"""The fourth set: runs without a fault, in which something harmless goes on that no earlier set has."""

from __future__ import annotations

from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.fault import Layout
from bench.faults.fourth.nodes import joins, leaves
from bench.faults.fourth.stores import replica
from bench.faults.held_out_settings import TLS, renewed
from bench.faults.keys import present
from bench.faults.makers import quiet
from bench.faults.mend import each, every, stopped, ways_open
from bench.faults.relay import Mode
from bench.faults.second.hosts import ended
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import Stage
from bench.faults.ways import ways

_AGAIN_S = 8.0
_LONGER_S = 0.03
_BACKUP_MIB = 90
_KEPT_S = 4.0


def _replica(stage: Stage) -> None:
    replica(stage)


def _tidies(stage: Stage) -> None:
    """What PostgreSQL's own keeper does at night, every eight seconds."""
    every(stage, _AGAIN_S, lambda: said("VACUUM ANALYZE", "CHECKPOINT")(stage))


def _room_taken(stage: Stage) -> None:
    """A backup is written to the site's disk, has room there, and is fetched away."""

    def write() -> None:
        path = stage.site / "backup.tar"
        path.write_bytes(bytes(_BACKUP_MIB << 20))
        stage.over.wait(_KEPT_S)
        path.unlink()

    every(stage, _KEPT_S, write)


def _whole_chain(stage: Stage) -> None:
    """The provider's certificate is renewed by an authority below ours, and shown with that one's."""
    assert stage.authority is not None
    below = stage.authority.subordinate(stage.directory / "issuing-ca", "School issuing CA")
    path = below.issue(stage.certificate("auth"))
    path.write_bytes(path.read_bytes() + below.pem.read_bytes())
    present(stage, "auth")


FAULTS = (
    quiet(
        "harmless-second-node",
        "a second node of the provider joins",
        joins("auth"),
        leaves("auth"),
        Layout(front=True),
        "it has the settings, keys, data and time of the first",
    ),
    quiet(
        "harmless-cache-emptied",
        "the cache before the sessions is emptied",
        asked("FLUSHALL"),
        layout=Layout(sessions="cached_db"),
        why="what is not in the cache is in the database",
    ),
    quiet(
        "harmless-idle-connections-ended",
        "Redis ends connections on which nothing was said for a second",
        asked("CONFIG SET timeout 1"),
        asked("CONFIG SET timeout 0"),
        ON_REDIS,
        "whoever needs one opens another",
    ),
    quiet(
        "harmless-longer-way",
        "the way to both services takes 30 ms longer",
        ways(Mode.SLOW, "front-auth", "front-portal", delay_s=_LONGER_S),
        ways_open,
        Layout(front=True),
        "nobody waits long enough to mind",
    ),
    quiet("harmless-replica", "a replica follows Redis", _replica, layout=ON_REDIS, why="it takes nothing away"),
    quiet(
        "harmless-vacuum",
        "PostgreSQL tidies up",
        _tidies,
        stopped,
        ON_POSTGRESQL,
        "it keeps nobody from reading or writing",
    ),
    quiet(
        "harmless-room-taken",
        "a backup takes a third of the disk and leaves it again",
        _room_taken,
        ended,
        Layout(disk_mib=256),
        "there is room left all the time",
    ),
    quiet(
        "harmless-chain",
        "the provider's certificate comes from an authority below ours",
        _whole_chain,
        each(ended, renewed("auth")),
        TLS,
        "what is shown is all that is needed to believe it",
    ),
)
