"""Deploy: new code of a component breaks sign-in, or its restart hurts who was on the way.

If it is at work: the code's files changed, or the component was started anew under an unchanged configuration, shortly
before the onset; exceptions that were never seen before fill the log; its database is well and yet refuses what
it is asked; services ask far more of one another than before; or only those fail who were on their way while it
restarted.
If it is not: the code has not changed since long before the onset, and nothing was started anew.
Licenses nothing: to put a release back is for who released it.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose.cause import DECISIVE, STRONG, WEAK, Cause, Judgement, blamed, favours, notes, once, opposes
from doorward.diagnose.causes.database import DATABASE_EXCEPTIONS, has_kept_its_tables, is_well, refused_by_rules
from doorward.diagnose.examined import CodeExamined, DatabaseExamined, Examination, ProcessExamined
from doorward.diagnose.floods import of_services
from doorward.diagnose.observations import Observations
from doorward.diagnose.timing import FAR, apart, is_near, timed
from doorward.diagnose.unchanged import never_seen
from doorward.model.detection import Looks
from doorward.model.diagnosis import Evidence, Leaning

# An exception that was there before is of every day; one that comes this often and never did is new.
LEAST_EXCEPTIONS = 3
# What PEP 249's drivers raise for a table or column that is not there.
REFUSED_STATEMENTS = ("OperationalError", "ProgrammingError")
_EXPECTED = "new code or a restart shortly before the onset"


def weigh(observations: Observations) -> Judgement:
    """The code's files, restarts, exceptions, and whether it looks like the ripple of a restart."""
    next_check = "Compare the release with the one before, and put that one back where it can be."
    seen_of = (observations.of(CodeExamined), observations.of(ProcessExamined), observations.restarts)
    if not any(seen_of):
        return Judgement((), next_check, not_testable="no component names its code, and no log tells restarts")
    if observations.onset is None:
        seen = "no detection stands and no probe fails"
        return Judgement((opposes("onset", DECISIVE, seen, "sign-ins fail after a release"),), "None needed.")
    code, restarts = tuple(_code(observations)), tuple(_restarts(observations))
    is_marked = any(item.leaning is Leaning.FOR and item.weight >= STRONG for item in code) or any(
        item.leaning is Leaning.FOR for item in restarts
    )
    evidence = (
        *(*code, *restarts, *_ripple(observations)),
        *(*_exceptions(observations, is_marked), *_wants(observations), *_asks(observations, is_marked)),
    )
    told = {item.test for item in evidence if item.leaning is Leaning.FOR}
    explains = (*(("server",) if "code" in told else ()), *(("database",) if "wants" in told else ()))
    return Judgement(evidence, next_check, component=blamed(evidence), explains=explains)


def _code(observations: Observations) -> Iterator[Evidence]:
    onset = observations.onset
    assert onset is not None
    old: list[str] = []
    new: list[Evidence] = []
    for code in observations.of(CodeExamined):
        before = observations.earlier(CodeExamined, code.component)
        if code.changed_at is None or (before is not None and before == code):
            old.append(f"{code.component}: its {code.files} files of code are those of before")
            continue
        if onset - code.changed_at > FAR:
            old.append(f"{code.component}: the newest of its {code.files} files of code changed {code.changed_at:%F}")
            continue
        what = f"{code.component}: {code.newest} of its code changed{_revision(before, code)}"
        new.append(timed("code", code.changed_at, what, observations, code.component))
    yield from once(new)
    if old and not any(is_near(c.changed_at, observations) for c in observations.of(CodeExamined) if c.changed_at):
        yield opposes("code", DECISIVE, "; ".join(old), _EXPECTED)


def _revision(before: CodeExamined | None, code: CodeExamined) -> str:
    if not code.revision:
        return ""
    return f" ({before.revision} → {code.revision})" if before and before.revision else f" (now {code.revision})"


def _restarts(observations: Observations) -> Iterator[Evidence]:
    """A restart under an unchanged configuration near the onset; one after it may be somebody's answer to the fault."""
    onset = observations.onset
    assert onset is not None
    near = [one for one in observations.restarts if not one.changed and is_near(one.at, observations)]
    known = [code.changed_at for code in observations.of(CodeExamined) if code.changed_at]
    is_old = bool(known) and not any(is_near(at, observations) for at in known)
    if near:
        first = min(near, key=lambda one: abs(onset - one.at))
        seen = f"{first.component}: started anew under the same configuration, {apart(first.at, onset)}"
        if is_old:
            # With the code that it had, a restart is a restart.
            yield notes("restart", seen, _EXPECTED)
        else:
            yield favours("restart", WEAK, seen, _EXPECTED, first.component)
        return
    began = [p for p in observations.of(ProcessExamined) if p.alive and p.uptime_s is not None]
    if observations.of(CodeExamined):
        return
    if began or observations.restarts:
        yield opposes("restart", STRONG, "nothing was started anew in the 10 min before the onset", _EXPECTED)


def _ripple(observations: Observations) -> Iterator[Evidence]:
    if observations.all_look(Looks.RIPPLE):
        seen = next((line for line in observations.detections[0].evidence if "ripple" in line), "looks like a ripple")
        yield favours("ripple", STRONG, seen, "only those fail who were on their way when it restarted")


def _exceptions(observations: Observations, is_marked: bool) -> Iterator[Evidence]:
    """New exceptions speak for new code only where there is any: a wrong setting brings some too, and a rule that
    somebody made in the database."""
    if observations.during is None or observations.usual is None:
        return
    expected = "exceptions that were never seen before"
    others = {*DATABASE_EXCEPTIONS, *(name for name, _ in refused_by_rules(observations))}
    new = [(name, n) for name, n in never_seen(observations) if name not in others]
    if sum(n for _, n in new) >= LEAST_EXCEPTIONS:
        seen = ", ".join(f"{n} × {name}" for name, n in new)
        yield favours("log", STRONG, seen, expected) if is_marked else notes("log", seen, expected)
    elif not new:
        yield opposes("log", WEAK, "no exception in the log that was not there before", expected)


def _wants(observations: Observations) -> Iterator[Evidence]:
    """Databases that are well and lost no table and no right, and yet refuse what they are asked since the code is
    another: the code asks for what no migration made. Which database refused, the log does not tell."""
    new = [(name, n) for name, n in never_seen(observations) if name in REFUSED_STATEMENTS]
    if sum(n for _, n in new) < LEAST_EXCEPTIONS:
        return
    holders = [database.component for database in observations.of(DatabaseExamined)]
    if not all(is_well(observations, name) and has_kept_its_tables(observations, name) for name in holders):
        return
    for code in observations.of(CodeExamined):
        name, at = code.component, code.changed_at
        is_new = at is not None and is_near(at, observations) and observations.earlier(CodeExamined, name) != code
        if is_new and name in holders:
            seen = (
                f"{', '.join(f'{n} × {exception}' for exception, n in new)}, while {name}'s database is well and "
                "has all the tables of before"
            )
            yield favours("wants", STRONG, seen, "new code asks the database for what it does not have", name)
            return


def _asks(observations: Observations, is_marked: bool) -> Iterator[Evidence]:
    """Services ask one another far more often than before, since the code of one is another."""
    if is_marked and (seen := of_services(observations)):
        yield favours("asks", STRONG, seen, "new code asks others more often than the code before")


CAUSE = Cause(
    id="deploy",
    title="deploy of code",
    predictions=__doc__ or "",
    asks_for=(Examination.CODE, Examination.PROCESS, Examination.DATABASE, Examination.SCHEMA),
    weigh=weigh,
)
