"""Session store: the place where sessions are kept is gone, full, read-only, or has lost what it held.

If it is at work: the store (Redis, Valkey) does not answer PING; it is full and drops sessions or refuses new ones; it
started anew at the onset or holds far fewer sessions than before; it refuses commands or lets clients wait; sessions
are refused as unknown while new sign-ins succeed.
If it is not: it answers at once, has room, drops and refuses nothing, and started long before; sessions are refused as
rarely as usual. That it answers PING says little where sessions or the log speak for it: whether it keeps what is
written was not tried. Where sessions lie in the service's own database, that database is examined instead.
Licenses nothing: what was lost does not come back, and what fills the store a person must find out.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose import reasons
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
    opposes,
    unexamined,
)
from doorward.diagnose.examined import CodeExamined, Examination, ProcessExamined, StoreExamined
from doorward.diagnose.floods import made_up_sessions
from doorward.diagnose.observations import Observations
from doorward.diagnose.unchanged import is_unchanged, new_exceptions
from doorward.model.diagnosis import Evidence, Leaning
from doorward.model.sign_in import Kind, Outcome, Reason

# Above this share of its bound a store with `noeviction` refuses what is larger than the rest.
FULL_SHARE = 0.98
# Redis answers in under a millisecond; a tenth of a second is a store that swaps or blocks.
SLOW_MS = 100.0
# Policies that drop sessions which are still alive when memory ends.
_DROPPING = ("allkeys", "volatile")
# Sessions come and go over hours; that half of them vanish within minutes is no ordinary day.
LOST_SHARE = 0.5
LEAST_HELD = 5
# Of the usual sign-ins so many succeed at least: it is not signing in that is broken.
SIGN_INS_SHARE = 0.5
# A session that the store does not know; what does not read was found.
LOST = (Reason.SESSION_UNKNOWN,)
STORE_EXCEPTIONS = ("ConnectionError", "TimeoutError", "BusyLoadingError", "ReadOnlyError", "ResponseError",
                     "OutOfMemoryError", "RedisError", "ConnectionInterrupted")  # fmt: skip
LEAST_EXCEPTIONS = 3
# Redis's own words; each connection is a file that a process holds open.
NO_CONNECTION_LEFT = "max number of clients"
HELD_RATIO = 2
_EXPECTED = "it does not answer, is full, or has lost what it held"


def weigh(observations: Observations) -> Judgement:
    """Every session store, and how sessions fare."""
    lost = tuple(_lost(observations))
    examined = tuple(_stores(observations, is_suspect=_speaks((*lost, *_exceptions(observations, ())))))
    # Sessions that are gone raise nothing.
    plain = (item for item in lost if item.weight >= STRONG)
    sick = tuple(item for item in (*examined, *plain) if item.leaning is Leaning.FOR)
    content = tuple(_content(observations))
    evidence = (*examined, *lost, *content, *_exceptions(observations, (*sick, *content)))
    return Judgement(
        evidence,
        next_check="Look at the store's memory, its policy when full, and when and why it last started.",
        component=blamed(evidence),
        not_testable=_not_testable(observations),
    )


def _speaks(evidence: tuple[Evidence, ...]) -> bool:
    return any(item.leaning is Leaning.FOR for item in evidence)


def _not_testable(observations: Observations) -> str:
    missing = observations.not_examined(Examination.STORE)
    if missing:
        return f"{missing[0].component}: its session store could not be examined, because {missing[0].because}"
    if observations.of(StoreExamined):
        return ""
    told = reasons.risen(observations, LOST) or not reasons.are_compared(observations)
    return "no session store is named" if told else ""


def _stores(observations: Observations, is_suspect: bool) -> Iterator[Evidence]:
    sick, well = [], []
    stores = observations.of(StoreExamined)
    for store in stores:
        name, (trouble, weight) = store.component, _trouble(observations, store)
        if trouble:
            sick.append(favours("store", weight, f"{name}: session store: {trouble}", _EXPECTED, name))
        else:
            well.append(f"{name}: {_figures(store)}")
    yield from (*sick, *healthy("store", WEAK if is_suspect else DECISIVE, well, _EXPECTED, sick))
    yield from unexamined(observations, Examination.STORE, _EXPECTED)
    if not stores and not observations.not_examined(Examination.STORE) and observations.examinations:
        seen = "no component names a session store of its own: sessions lie in the database, which is examined"
        yield opposes("store", STRONG, seen, _EXPECTED)


def _trouble(observations: Observations, store: StoreExamined) -> tuple[str, float]:
    """What is wrong with it and how much that weighs, ('', 0) if nothing is."""
    if not store.answered:
        held = _held_by_new_code(observations, store)
        return f"{store.problem or 'no answer'}{held}", WEAK if held else DECISIVE
    was = observations.earlier(StoreExamined, store.component)
    if store.servers > 1 and (was is None or was.servers == 1):
        return f"its address leads to {store.servers} servers, each with keys of its own", DECISIVE
    if store.writable is False:
        return "it takes no writes (a replica, or it could not save)", DECISIVE
    found = _full(observations, store) or _began_anew(observations, store) or _refuses(observations, store)
    return found or _slow(store) or ("", 0.0)


def _held_by_new_code(observations: Observations, store: StoreExamined) -> str:
    """What is said where it has no connection left and new code holds far more files open than the old: then it is as
    well as before, and used up; '' else."""
    code, process = (
        next((one for one in observations.of(kind) if one.component == store.component), None)
        for kind in (CodeExamined, ProcessExamined)
    )
    if NO_CONNECTION_LEFT not in store.problem or code == observations.earlier(CodeExamined, store.component):
        return ""
    before = observations.earlier(ProcessExamined, store.component)
    now, was = (one.open_files or 0 if isinstance(one, ProcessExamined) else 0 for one in (process, before))
    return f"; new code holds {now} files open, {was} while all was well" if now >= HELD_RATIO * was > 0 else ""


def _full(observations: Observations, store: StoreExamined) -> tuple[str, float] | None:
    used, most = store.memory_used or 0, store.memory_most or 0
    before = observations.earlier(StoreExamined, store.component)
    dropped = (store.evicted or 0) - ((before.evicted or 0) if before else 0)
    if dropped > 0 and store.policy.startswith(_DROPPING):
        since = "since all was well" if before else "since it started"
        weight = DECISIVE if before else STRONG
        return f"it dropped {dropped} keys {since}, for its memory is full ({store.policy})", weight
    if most and used >= FULL_SHARE * most:
        weight = DECISIVE if store.policy == "noeviction" else STRONG
        return f"{used} of {most} bytes are used ({store.policy or 'no policy told'})", weight
    return None


def _began_anew(observations: Observations, store: StoreExamined) -> tuple[str, float] | None:
    before = observations.earlier(StoreExamined, store.component)
    signed_in = observations.during.total(Kind.SIGN_IN, Outcome.SUCCESS) if observations.during else 0
    if store.sessions == 0 and signed_in >= LEAST_HELD:
        return f"it holds no key, although {signed_in} people signed in since the onset", DECISIVE
    if before is None:
        return None
    held = before.sessions or 0
    if held >= LEAST_HELD and store.sessions is not None and store.sessions <= LOST_SHARE * held:
        return f"it holds {store.sessions} keys, and held {held} while all was well", DECISIVE
    if store.uptime_s is not None and before.uptime_s is not None and store.uptime_s < before.uptime_s:
        return f"it started anew {store.uptime_s:.0f} s ago", STRONG
    return None


def _refuses(observations: Observations, store: StoreExamined) -> tuple[str, float] | None:
    before = observations.earlier(StoreExamined, store.component)
    if before is None or before.refused is None or before.blocked is None:
        return None
    refused = (store.refused or 0) - before.refused
    if refused >= LEAST_EXCEPTIONS:
        return f"it refused {refused} commands since all was well", DECISIVE
    waiting = (store.blocked or 0) - before.blocked
    return (f"{waiting} more clients wait for its answer than while all was well", STRONG) if waiting > 0 else None


def _slow(store: StoreExamined) -> tuple[str, float] | None:
    return (f"it answers PING only after {store.ms:.0f} ms", STRONG) if store.ms > SLOW_MS else None


def _figures(store: StoreExamined) -> str:
    parts = [f"session store answers PING in {store.ms:.0f} ms"]
    if store.memory_used is not None:
        bound = f" of {store.memory_most}" if store.memory_most else ""
        parts.append(f"{store.memory_used}{bound} bytes used")
    if store.evicted is not None:
        parts.append(f"{store.evicted} keys dropped since it started")
    if store.sessions is not None:
        parts.append(f"{store.sessions} keys held")
    return ", ".join(parts)


def _lost(observations: Observations) -> Iterator[Evidence]:
    if not reasons.are_compared(observations):
        return
    expected = "sessions are refused as unknown, and new sign-ins succeed"
    rises = reasons.risen(observations, LOST)
    if not rises:
        yield opposes("sessions", WEAK, "no more sessions than usual are refused as unknown", expected)
        return
    if strange := made_up_sessions(observations):
        yield notes("sessions", strange, expected)
        return
    yield favours("sessions", WEAK, reasons.told(rises), expected)
    share = reasons.success_share(observations, Kind.SIGN_IN)
    if share is None or share < SIGN_INS_SHARE:
        return
    seen = f"{share:.1f} × the usual sign-ins succeed"
    # Of nodes that refuse each other's sessions, each may have a store of its own, and both be well.
    is_of_nodes = any(node.crossed > node.stayed for node in observations.nodes)
    if observations.of(StoreExamined) and is_unchanged(observations) and not is_of_nodes:
        seen = f"{seen}, and no code, setting or key has changed"
        yield favours("sign-ins", STRONG, seen, expected)
    else:
        yield notes("sign-ins", seen, expected)


def _content(observations: Observations) -> Iterator[Evidence]:
    """Sessions that are there and not what they were: what reads them fails as it never did."""
    told = new_exceptions(observations, STORE_EXCEPTIONS)
    if told and observations.of(StoreExamined) and is_unchanged(observations) and reasons.risen(observations, LOST):
        seen = f"{told}, never seen before, while no code, setting or key has changed"
        yield favours("content", STRONG, seen, "unchanged code meets sessions that it cannot read")


def _exceptions(observations: Observations, sick: tuple[Evidence, ...]) -> Iterator[Evidence]:
    if observations.during is None or not observations.of(StoreExamined):
        return
    expected = "the log names a store's exceptions"
    found = [(name, n) for name, n in observations.during.exceptions if name in STORE_EXCEPTIONS]
    if sum(n for _, n in found) >= LEAST_EXCEPTIONS:
        yield favours("log", WEAK, ", ".join(f"{n} × {name}" for name, n in found), expected)
    elif not found:
        yield from healthy("log", WEAK, ("no store exception in the log since the onset",), expected, sick)


CAUSE = Cause(
    id="session-store",
    title="session store failure",
    predictions=__doc__ or "",
    asks_for=(Examination.STORE,),
    weigh=weigh,
)
