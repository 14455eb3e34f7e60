"""Server: the process is dead or starved, or its host has run out of room.

If it is at work: the process of the pid file is gone, begins anew again and again, nothing listens where it should, the
health path does not answer or answers 5xx; or the disk is full, memory is used up, or the open files or a file that it
writes are at their limit; or it may use less of the host than while all was well.
If it is not: the process is alive and has been since before the onset, its health path answers quickly, the host has
room. Errors 500 with a healthy health path are no sign of a server fault: the process answers, with the wrong answer.
Licenses: a restart.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose.cause import (
    DECISIVE,
    STRONG,
    WEAK,
    Cause,
    Judgement,
    blamed,
    favours,
    healthy,
    notes,
    once,
    opposes,
    outweighed,
    unexamined,
)
from doorward.diagnose.examined import (
    ConnectionExamined,
    Examination,
    HostExamined,
    LivenessExamined,
    ProcessExamined,
    Reach,
)
from doorward.diagnose.examined_process import SurroundingsExamined
from doorward.diagnose.observations import Observations
from doorward.diagnose.signs import answers_itself, is_quick_itself, moved, piled_up
from doorward.diagnose.unchanged import is_unchanged
from doorward.model.action import ActionKind
from doorward.model.diagnosis import Evidence

# Under these, SQLite's journals, logs and uploads begin to fail; ext4 keeps 5 % from ordinary accounts by itself.
DISK_FULL_MIB = 64.0
DISK_FULL_SHARE = 0.005
# The kernel begins to end processes when almost nothing is available.
MEMORY_GONE_SHARE = 0.03
# Of the soft limit: beyond it, connections are accepted no more.
OPEN_FILES_SHARE = 0.95
# Load per core at which work waits several times as long as it runs; alone it hurts nobody, so it weighs little.
OVERLOADED_PER_CORE = 8.0
# Every processor works, and more work waits for it.
BUSY_SHARE = 0.97
BUSY_LOAD_PER_CORE = 2.0
# A health path does no work: who takes this long is starved.
LIVENESS_SLOW_MS = 1000.0
# Workers that began together differ by fractions of a second.
SAME_AGE = 0.8
# A look is made every three seconds: whoever ends and begins anew is young in most of them.
YOUNG_S = 3.0
AGAIN = 2


def weigh(observations: Observations) -> Judgement:
    """Process, address, health path and host of every component."""
    evidence = outweighed(
        (
            *_processes(observations),
            *_addresses(observations),
            *_liveness(observations),
            *_hosts(observations),
            *_bounds(observations),
        )
    )
    testable = bool(observations.of(ProcessExamined)) or bool(observations.of(LivenessExamined))
    return Judgement(
        evidence,
        next_check="Read the last lines of the process's own log and the kernel's, then restart it under supervision.",
        component=blamed(evidence),
        not_testable="" if testable else "neither a process nor a health path could be examined",
    )


def _processes(observations: Observations) -> Iterator[Evidence]:
    expected = "the process is gone, held, or at its limit of open files or of a file's size"
    sick, well = [], []
    for process in observations.of(ProcessExamined):
        name = process.component
        if not process.alive:
            sick.append(favours("process", DECISIVE, f"{name}: process {process.pid}: {process.note}", expected, name))
        elif process.stopped:
            seen = f"{name}: {process.stopped} of its {1 + (process.workers or 0)} processes are held by a signal"
            sick.append(favours("process", DECISIVE, seen, expected, name))
        elif process.full_files:
            seen = f"{name}: it may write no more to {', '.join(process.full_files)}, by its limit of a file's size"
            sick.append(favours("process", DECISIVE, seen, expected, name))
        elif begun := _began_anew(observations, process):
            sick.append(favours("process", *begun, expected, name))
        elif lost := _lost_workers(observations, process):
            sick.append(favours("process", STRONG, lost, expected, name))
        elif replaced := _replaced_workers(observations, process):
            sick.append(favours("process", DECISIVE, replaced, expected, name))
        elif process.open_files_limit and (process.open_files or 0) >= OPEN_FILES_SHARE * process.open_files_limit:
            seen = f"{name}: {process.open_files} of {process.open_files_limit} files open"
            sick.append(favours("process", DECISIVE, seen, expected, name))
        else:
            well.append(_alive(process))
    sick.extend(_supplanted(observations))
    yield from (*sick, *healthy("process", WEAK, well, expected, sick))
    yield from unexamined(observations, Examination.PROCESS, expected)


def _began_anew(observations: Observations, process: ProcessExamined) -> tuple[float, str] | None:
    """What is said, and how much it weighs, of a process or its workers that end and begin anew though nobody put
    anything in place: once may be a hand's doing, again and again is none."""
    before = observations.earlier(ProcessExamined, process.component)
    looks = [one for one in (*observations.processes, process) if one.component == process.component and one.alive]
    if before is None or not before.alive:
        return None
    is_alone = is_unchanged(observations)
    weight = DECISIVE if is_alone else STRONG
    name, pids = process.component, {one.pid for one in looks} - {before.pid}
    if len(pids) >= AGAIN:
        return weight, f"{name}: it began anew {len(pids)} times since all was well, in {len(looks)} looks"
    young = [one for one in looks if one.youngest_s is not None and one.youngest_s < YOUNG_S]
    are_young = len(young) >= max(AGAIN, len(looks) / 2) and not _is_usually_young(observations, before)
    if are_young and not pids:
        return weight, f"{name}: in {len(young)} of {len(looks)} looks a worker had begun within {YOUNG_S:g} s"
    if pids and is_alone:
        seen = f"{name}: it began anew {process.uptime_s or 0:.0f} s ago, and nothing was put in place"
        return STRONG, seen
    return None


def _is_usually_young(observations: Observations, before: ProcessExamined) -> bool:
    """Whether its workers are replaced on any day: a last look of before may fall into what nobody had noticed yet."""
    looks = [one for one in observations.usual_processes if one.component == before.component] or [before]
    young = [one for one in looks if one.youngest_s is not None and one.youngest_s < YOUNG_S <= (one.uptime_s or 0.0)]
    return len(young) > len(looks) / 2


def _supplanted(observations: Observations) -> Iterator[Evidence]:
    """The process of before is gone with its pid file, and what answers in its place is not it."""
    gone = {item.component for item in observations.not_examined(Examination.PROCESS)}
    for now in observations.of(LivenessExamined):
        name, then = now.component, observations.earlier(LivenessExamined, now.component)
        was = observations.earlier(ProcessExamined, name)
        if name not in gone or was is None or not was.alive or then is None or now.status is None:
            continue
        if then.status is not None and then.status < 400 <= now.status:
            seen = (
                f"{name}: process {was.pid} of before is gone, and something else answers in its place: its health "
                f"path says {now.status}, and {then.status} while all was well"
            )
            yield favours("process", DECISIVE, seen, "another process took its address", name)


def _lost_workers(observations: Observations, process: ProcessExamined) -> str:
    """What is said when workers are gone that were there while all was well, '' if none is."""
    before = observations.earlier(ProcessExamined, process.component)
    if before is None or not before.workers or (process.workers or 0) >= before.workers:
        return ""
    return f"{process.component}: {process.workers} workers, {before.workers} while all was well"


def _replaced_workers(observations: Observations, process: ProcessExamined) -> str:
    """What is said when a worker began since all was well under a process that was not started anew, '' if none did.
    Where workers are replaced on any day, or all at once as by a reload, it says nothing."""
    before = observations.earlier(ProcessExamined, process.component)
    young, old = process.youngest_s, process.oldest_s
    if before is None or before.pid != process.pid or young is None or old is None:
        return ""
    usually = (before.youngest_s or 0.0) >= SAME_AGE * (before.uptime_s or 0.0)
    if not usually or before.workers != process.workers or young >= SAME_AGE * old:
        return ""
    return f"{process.component}: a worker began {young:.0f} s ago, another {old:.0f} s ago: one ended and was replaced"


def _alive(process: ProcessExamined) -> str:
    return (
        f"{process.component}: process {process.pid} alive for {process.uptime_s or 0:.0f} s with "
        f"{process.workers or 0} workers, {process.cpu_share or 0:.0%} of a core, "
        f"{process.memory_share or 0:.0%} of memory, {process.open_files or 0} open files"
    )


def _addresses(observations: Observations) -> Iterator[Evidence]:
    expected = "nothing listens at its address"
    for connection in observations.of(ConnectionExamined):
        if connection.connected == 0 and Reach.REFUSED in connection.tries:
            refused, tries = connection.tries.count(Reach.REFUSED), len(connection.tries)
            seen = f"{connection.component}: {connection.address} refused {refused} of {tries} connections"
            if moved(observations, connection.component):
                # It listens, but elsewhere: that is what it was told, and no fault of the server.
                yield notes("connection", seen, expected)
                continue
            yield favours("connection", DECISIVE, seen, expected, connection.component)


def _liveness(observations: Observations) -> Iterator[Evidence]:
    expected = f"no answer, a 5xx answer, or one that takes over {LIVENESS_SLOW_MS:.0f} ms"
    sick, well = [], []
    for liveness in observations.of(LivenessExamined):
        name = liveness.component
        said = f"{name}: health path answers {liveness.status} in {liveness.ms:.0f} ms"
        place = answers_itself(observations, name)
        if place and (liveness.status is None or liveness.status >= 500):
            seen = f"{name}: it answers at {place}, where it listens itself, and not at the address that people use"
            yield opposes("own place", DECISIVE, seen, expected)
            continue
        if liveness.status is None and (piled := piled_up(observations, name)):
            # Who is swamped answers as late as who is starved.
            seen = f"{name}: health path: {liveness.problem}; {piled}"
            sick.append(favours("liveness", WEAK, seen, expected, name))
        elif liveness.status is None:
            sick.append(favours("liveness", STRONG, f"{name}: health path: {liveness.problem}", expected, name))
        elif liveness.status >= 500:
            sick.append(favours("liveness", STRONG, said, expected, name))
        elif liveness.ms > LIVENESS_SLOW_MS and is_quick_itself(observations, liveness):
            sick.append(notes("liveness", f"{said}, and where it listens itself at once", expected))
        elif liveness.ms > LIVENESS_SLOW_MS:
            sick.append(favours("liveness", WEAK, said, expected, name))
        else:
            well.append(said)
    yield from (*once(sick), *healthy("liveness", STRONG, well, expected, sick))
    yield from unexamined(observations, Examination.LIVENESS, expected)


def _bounds(observations: Observations) -> Iterator[Evidence]:
    """What the kernel grants the process, against what it granted while all was well."""
    sick = []
    for now in observations.of(SurroundingsExamined):
        before = observations.earlier(SurroundingsExamined, now.component)
        narrowed = now.narrowed(before)
        if before is not None and narrowed:
            told = ", ".join(f"{most:g} {name} (it had {'no bound' if was is None else f'{was:g}'})"
                             for name, was, most in narrowed)  # fmt: skip
            seen = f"{now.component}: it may use at most {told} since all was well"
            # Who is started anew with less may have been meant to; nobody takes from a process by and by.
            weight = DECISIVE if now.pid == before.pid else STRONG
            sick.append(favours("bounds", weight, seen, "it may use less of the host than before", now.component))
    yield from once(sick)


def _hosts(observations: Observations) -> Iterator[Evidence]:
    expected = (
        f"under {DISK_FULL_MIB:.0f} MiB of disk or {MEMORY_GONE_SHARE:.0%} of memory left, a directory that is gone, "
        f"or a load over {OVERLOADED_PER_CORE:g} per core"
    )
    sick: list[Evidence] = []
    well: list[str] = []
    slow = {
        one.component for one in observations.of(LivenessExamined) if one.status is None or one.ms > LIVENESS_SLOW_MS
    }
    for host in observations.of(HostExamined):
        seen = (
            f"{host.component}: disk {host.disk_free_share:.0%} free ({host.disk_free_mib:.0f} MiB), memory "
            f"{host.memory_available_share:.0%} available, load {host.load_per_core:.1f} per core of {host.cores}"
            f"{'' if host.busy_share is None else f', {host.busy_share:.0%} of them busy'}"
        )
        if trouble := _takes_no_writes(host):
            sick.append(favours("host", DECISIVE, f"{seen}; {trouble}", expected, host.component))
        elif host.memory_available_share < MEMORY_GONE_SHARE:
            sick.append(favours("host", STRONG, seen, expected, host.component))
        elif (host.busy_share or 0) >= BUSY_SHARE and host.load_per_core > BUSY_LOAD_PER_CORE:
            # A busy host is well as long as its services answer at once.
            starved = host.component in slow
            told = favours("host", WEAK, seen, expected, host.component) if starved else notes("host", seen, expected)
            sick.append(told)
        elif host.load_per_core > OVERLOADED_PER_CORE:
            sick.append(notes("host", seen, expected))
        else:
            well.append(seen)
    yield from (*once(sick), *healthy("host", WEAK, well, expected, sick))
    yield from unexamined(observations, Examination.HOST, expected)


def _takes_no_writes(host: HostExamined) -> str:
    """Why nothing can be written there, '' if it can."""
    if host.gone:
        return f"the directory of its {' and '.join(host.gone)} is not there"
    if host.read_only:
        return "the disk is read-only"
    if host.files_free_share is not None and host.files_free_share < DISK_FULL_SHARE:
        return f"the disk takes no more files ({host.files_free_share:.1%} of them are left)"
    is_full = host.disk_free_mib < DISK_FULL_MIB or host.disk_free_share < DISK_FULL_SHARE
    return "the disk is full" if is_full else ""


CAUSE = Cause(
    id="server",
    title="server failure",
    predictions=__doc__ or "",
    asks_for=(
        Examination.PROCESS,
        Examination.CONNECTION,
        Examination.LIVENESS,
        Examination.HOST,
        Examination.SURROUNDINGS,
        Examination.HELD,
    ),
    weigh=weigh,
    remedy=ActionKind.RESTART,
)
