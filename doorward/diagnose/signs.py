"""Signs: what several causes read alike from the examinations of a process, its port and its health path; pure."""

from __future__ import annotations

from doorward.diagnose.examined import Examination, LivenessExamined, ProcessExamined
from doorward.diagnose.examined_process import HeldExamined
from doorward.diagnose.observations import Observations

# What the way to it costs is milliseconds: who answers so much quicker past the proxy is not what is slow.
QUICK_RATIO = 5.0
# An idle worker has some twenty files open; every request that waits is one more.
PILE_RATIO = 1.5
PILE_LEAST = 15
# Who can do its work holds a few more on a bad day, and answers its health path in far less.
SWAMPED_RATIO = 3.0
LATE_MS = 500.0


def piled_up(observations: Observations, component: str) -> str:
    """What is said when the process holds far more connections than while all was well, '' if it does not."""
    now, before = _process_of(observations, component), observations.earlier(ProcessExamined, component)
    held, usually = (now.open_files if now else None) or 0, (before.open_files if before else None) or 0
    if now is None and any(one.component == component for one in observations.not_examined(Examination.PROCESS)):
        return _connections_piled_up(observations, component)
    if not usually or held < max(PILE_RATIO * usually, usually + PILE_LEAST):
        return ""
    return f"it holds {held} files and connections, {usually} while all was well: it is asked more than it can answer"


def _connections_piled_up(observations: Observations, component: str) -> str:
    """The same by the kernel's own account, where the process itself could not be looked at in time."""
    now = next((held for held in observations.of(HeldExamined) if held.component == component), None)
    before = observations.earlier(HeldExamined, component)
    if now is None or before is None or now.connections < before.connections + PILE_LEAST:
        return ""
    return f"{now.connections} connections are open there, {before.connections} while all was well"


def is_swamped(observations: Observations, component: str) -> bool:
    """Whether it holds several times its usual connections and answers late: it has more to do than it can."""
    now, before = _process_of(observations, component), observations.earlier(ProcessExamined, component)
    held, usually = (now.open_files if now else None) or 0, (before.open_files if before else None) or 0
    late = (
        one.status is None or one.ms > LATE_MS
        for one in observations.of(LivenessExamined)
        if one.component == component
    )
    return bool(usually) and held >= SWAMPED_RATIO * usually and any(late)


def _process_of(observations: Observations, component: str) -> ProcessExamined | None:
    return next((p for p in observations.of(ProcessExamined) if p.component == component), None)


def answers_itself(observations: Observations, component: str) -> str:
    """Where the process answers well past every proxy, '' where it does not or was not asked."""
    asked = (p for p in observations.of(ProcessExamined) if p.component == component and p.own_status is not None)
    return next((process.own_place for process in asked if (process.own_status or 500) < 500), "")


def is_quick_itself(observations: Observations, liveness: LivenessExamined) -> bool:
    """Whether the process answers far quicker where it listens itself than at the address that people use."""
    asked = (p for p in observations.of(ProcessExamined) if p.component == liveness.component)
    return any(p.own_ms is not None and p.own_status and QUICK_RATIO * p.own_ms < liveness.ms for p in asked)


def moved(observations: Observations, component: str) -> str:
    """Where the process answers now if it listened elsewhere while all was well; '' if it did not move."""
    place, before = answers_itself(observations, component), observations.earlier(ProcessExamined, component)
    return place if before is not None and before.own_place != place else ""
