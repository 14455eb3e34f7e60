"""Database: sign-in waits for a database that is locked, damaged, full of connections or gone.

If it is at work: the database does not open, a read fails, the quick check finds damage, the write lock is not had,
sessions wait long for a lock, nearly all connections are used, its address leads to several servers, or a table of
before is gone or empty; the log names a database's exceptions; or it is well, and unchanged code under unchanged
settings and keys fails as it never did: its rows are not what they were.
If it is not: it opens, reads in milliseconds, is intact, and gives the write lock at once.
Licenses nothing: who holds a lock, or why a file is damaged, a person must find out.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.diagnose import reasons, symptoms
from doorward.diagnose.cause import (
    DECISIVE,
    STRONG,
    WEAK,
    Cause,
    Judgement,
    blamed,
    favours,
    healthy,
    outweighed,
    unexamined,
)
from doorward.diagnose.causes.attack import fails_at_home
from doorward.diagnose.causes.client import mistypes
from doorward.diagnose.examined import (
    CodeExamined,
    DatabaseExamined,
    Examination,
    HostExamined,
    ProcessExamined,
    SchemaExamined,
    StoreExamined,
)
from doorward.diagnose.observations import Observations
from doorward.diagnose.signs import is_swamped
from doorward.diagnose.symptoms import Symptom
from doorward.diagnose.unchanged import OF_PROVIDERS, has_others, is_unchanged, never_seen, new_exceptions
from doorward.model.diagnosis import Evidence, Leaning
from doorward.model.sign_in import Kind, Outcome, Reason

# A SELECT of one row takes under a millisecond and a free lock a few; half a second is a sick disk or a queue.
SLOW_MS = 500.0
CONNECTIONS_SHARE = 0.95
# A sign-in holds a row for milliseconds; who has waited this long meets a lock that is not let go.
WAITED_S = 2.0
# One report or one backup may take its time on any day.
LEAST_RUNNING = 2
BUSY_SHARE = 0.97
# PEP 249's exception classes that the database, not the program, causes; Django keeps the names.
DATABASE_EXCEPTIONS = (
    *("OperationalError", "InterfaceError", "DatabaseError", "InternalError", "ProgrammingError"),
    "ConnectionDoesNotExist",
)
# That of a write against a rule of the table; a program that is wrong raises it too.
RULE_EXCEPTIONS = ("IntegrityError",)
LEAST_EXCEPTIONS = 3
# So many are no chance meeting with a lock.
MANY_EXCEPTIONS = 15
MOST_NAMED = 5
# That nothing else changed settles it only where the other causes are ruled out too (`conclusion`: elimination).
CONTENT = 3.0
# Of the usual sign-ins.
HARDLY = 0.1
_EXPECTED = f"it does not open, is damaged, locked or full, or takes over {SLOW_MS:.0f} ms"


def weigh(observations: Observations) -> Judgement:
    """Every database, and the exceptions in the log."""
    lost = (*_split(observations), *_lost(observations), *_emptied(observations))
    content = (*_content(observations), *_put_upon(observations))
    examined = tuple(_databases(observations, bool(content)))
    sick = tuple(item for item in examined if item.leaning is Leaning.FOR)
    found = (*lost, *examined, *_exceptions(observations, (*sick, *content)), *content)
    evidence = outweighed(found) if lost else found
    return Judgement(
        evidence,
        next_check="Find who holds the lock or the connections; check the disk under the database before restarting.",
        component=blamed(evidence),
        not_testable=_not_testable(observations),
    )


def _not_testable(observations: Observations) -> str:
    if not observations.of(DatabaseExamined):
        return "no database could be examined"
    missing = observations.not_examined(Examination.DATABASE)
    return (
        f"{missing[0].component}: its database could not be examined, because {missing[0].because}" if missing else ""
    )


def _databases(observations: Observations, is_suspect: bool) -> Iterator[Evidence]:
    sick, well = [], []
    # What waits for a processor is slow, whatever it is.
    is_busy = any((h.busy_share or 0) >= BUSY_SHARE and h.load_per_core > 2 for h in observations.of(HostExamined))
    for database in observations.of(DatabaseExamined):
        name, (trouble, weight) = database.component, _trouble(database)
        if is_busy and weight == STRONG:
            trouble, weight = f"{trouble}; its host is busy with other work", WEAK
        if trouble:
            sick.append(favours("database", weight, f"{name}: {trouble}", _EXPECTED, name))
        else:
            well.append(f"{name}: {_figures(database)}")
    # We try one table and one lock: a log full of a database's exceptions knows more of it.
    weight = WEAK if is_suspect or exceptions(observations) >= LEAST_EXCEPTIONS else DECISIVE
    yield from (*sick, *healthy("database", weight, well, _EXPECTED, sick))
    yield from unexamined(observations, Examination.DATABASE, _EXPECTED)


def _split(observations: Observations) -> Iterator[Evidence]:
    """Several servers where there was one: each is well, and knows nothing of what the other was told since."""
    for schema in observations.of(SchemaExamined):
        was = observations.earlier(SchemaExamined, schema.component)
        if was is not None and schema.servers > was.servers == 1:
            seen = f"{schema.component}: connections to its address lead to {schema.servers} servers"
            yield favours("servers", DECISIVE, seen, "connections lead to a server of other rows", schema.component)


def _lost(observations: Observations) -> Iterator[Evidence]:
    """Tables, columns and rights that were there while all was well: code may come to need more, it takes none away."""
    for schema in observations.of(SchemaExamined):
        lost = schema.lost(observations.earlier(SchemaExamined, schema.component))
        if lost:
            named = ", ".join(lost[:MOST_NAMED])
            seen = f"{schema.component}: gone since all was well, or without a column of then: {named}"
            yield favours("schema", DECISIVE, seen, "a table of before is gone", schema.component)
        elif closed := schema.closed(observations.earlier(SchemaExamined, schema.component)):
            named = ", ".join(closed[:MOST_NAMED])
            seen = f"{schema.component}: rights were taken away since all was well, on {named}"
            yield favours("schema", DECISIVE, seen, "a right of before is gone", schema.component)


def _emptied(observations: Observations) -> Iterator[Evidence]:
    """What others refer to, such as people and clients, all gone at once; new code may have meant to empty it."""
    for schema in observations.of(SchemaExamined):
        before = observations.earlier(SchemaExamined, schema.component)
        if before is None or schema.filled is None or not _has_its_code(observations, schema.component):
            continue
        if emptied := sorted(set(before.filled or ()) - set(schema.filled)):
            seen = f"{schema.component}: empty, and not while all was well: {', '.join(emptied[:MOST_NAMED])}"
            yield favours("rows", DECISIVE, seen, "rows of before are gone", schema.component)


def _put_upon(observations: Observations) -> Iterator[Evidence]:
    """What somebody put on a table or took from it; where its code changed as well, a migration may have done so."""
    expected = "a trigger, constraint or index is not as before"
    for schema in observations.of(SchemaExamined):
        name, before = schema.component, observations.earlier(SchemaExamined, schema.component)
        made, unmade = schema.made(before), schema.unmade(before)
        if not made and not unmade:
            continue
        refused = ", ".join(f"{n} × {exception}" for exception, n in refused_by_rules(observations))
        seen = f"{name}: {'new' if made else 'gone'} since all was well: {', '.join((made or unmade)[:MOST_NAMED])}"
        weight = STRONG if _has_its_code(observations, name) else WEAK
        if refused and _is_put_upon(observations, schema):
            weight, seen = DECISIVE, f"{seen}; {refused}, never seen before"
        yield favours("things", weight, seen, expected, name)
        return


def refused_by_rules(observations: Observations) -> tuple[tuple[str, int], ...]:
    """The exceptions, never seen before and how many, by which a database refuses what breaks a rule of its tables,
    where somebody made such a rule and no code of its own brought it."""
    if not any(_is_put_upon(observations, schema) for schema in observations.of(SchemaExamined)):
        return ()
    return tuple((name, n) for name, n in never_seen(observations) if name in RULE_EXCEPTIONS)


def _is_put_upon(observations: Observations, schema: SchemaExamined) -> bool:
    made = schema.made(observations.earlier(SchemaExamined, schema.component))
    return bool(made) and _has_its_code(observations, schema.component)


def has_kept_its_tables(observations: Observations, component: str) -> bool:
    """Whether it is known that the component's database lost nothing that it had while all was well, and that nobody
    put anything on its tables but by new code."""
    before = observations.earlier(SchemaExamined, component)
    now = next((schema for schema in observations.of(SchemaExamined) if schema.component == component), None)
    if before is None or now is None or now.lost(before) or now.closed(before):
        return False
    return not _is_put_upon(observations, now)


def _has_its_code(observations: Observations, component: str) -> bool:
    """Whether it is known that the component's code is that of before."""
    code = next((code for code in observations.of(CodeExamined) if code.component == component), None)
    return code is not None and observations.earlier(CodeExamined, component) == code


def _trouble(database: DatabaseExamined) -> tuple[str, float]:
    """What is wrong with it and how much that weighs, ('', 0) if nothing is."""
    used, most = database.connections, database.connections_most
    slowest_ms = max(database.select_ms or 0.0, database.lock_ms or 0.0)
    found: tuple[tuple[bool, str, float], ...] = (
        (not database.opened, f"does not open: {database.problem}", DECISIVE),
        (database.intact is False, "the quick check finds damage", DECISIVE),
        (database.writable is False, "it takes no writes (it is read-only, or a replica)", DECISIVE),
        (database.locked is True, f"the write lock was not had within {database.lock_ms or 0:.0f} ms", DECISIVE),
        ((database.waited_s or 0) > WAITED_S, _queue(database), DECISIVE),
        (bool(used and most and used >= CONNECTIONS_SHARE * most), f"{used} of {most} connections used", DECISIVE),
        ((database.running or 0) >= LEAST_RUNNING and (database.ran_s or 0) > WAITED_S, _runs(database), STRONG),
        (slowest_ms > SLOW_MS, f"slow: {_figures(database)}", STRONG),
    )
    return next(((text, weight) for is_so, text, weight in found if is_so), ("", 0.0))


def _queue(database: DatabaseExamined) -> str:
    return f"{database.waiting} sessions wait for a lock, the longest for {database.waited_s or 0:.0f} s"


def _runs(database: DatabaseExamined) -> str:
    return f"{database.running} statements take over a second, the longest {database.ran_s or 0:.0f} s so far"


def is_well(observations: Observations, component: str) -> bool:
    """Whether that component's database was examined and nothing was found wrong with it."""
    examined = [one for one in observations.of(DatabaseExamined) if one.component == component]
    return bool(examined) and not any(_trouble(one)[0] for one in examined)


def _figures(database: DatabaseExamined) -> str:
    parts = [f"{database.kind} opens"]
    if database.select_ms is not None:
        parts.append(f"SELECT {database.select_ms:.1f} ms")
    if database.intact is not None:
        parts.append("quick check finds no damage")
    if database.locked is False:
        parts.append(f"write lock had in {database.lock_ms or 0:.1f} ms")
    if database.connections is not None:
        parts.append(f"{database.connections} of {database.connections_most} connections used")
    if database.problem:
        parts.append(database.problem)
    return ", ".join(parts)


def exceptions(observations: Observations) -> int:
    """How many of a database's exceptions the log names since the onset."""
    if observations.during is None:
        return 0
    return sum(count for name, count in observations.during.exceptions if name in DATABASE_EXCEPTIONS)


def _exceptions(observations: Observations, sick: tuple[Evidence, ...]) -> Iterator[Evidence]:
    """Who waits for a lock fails only when its patience ends (20 s here): until then, no exception says nothing."""
    if observations.during is None:
        return
    expected = "the log names a database's exceptions"
    found = [(name, n) for name, n in observations.during.exceptions if name in DATABASE_EXCEPTIONS]
    count = exceptions(observations)
    if count >= LEAST_EXCEPTIONS:
        weight = DECISIVE if count >= MANY_EXCEPTIONS else STRONG
        yield favours("log", weight, ", ".join(f"{n} × {name}" for name, n in found), expected)
    elif not found:
        yield from healthy("log", WEAK, ("no database exception in the log since the onset",), expected, sick)


def _content(observations: Observations) -> Iterator[Evidence]:
    """Rows that are not what they were, in a database that is well: no probe of ours knows what should be in it. What
    speaks for it is left when nothing that people put in place has changed, and sign-in does what it never did."""
    sits_elsewhere = observations.of(StoreExamined) and reasons.risen(observations, (Reason.SESSION_UNKNOWN,))
    # Who is swamped gives up on others, and raises what it raises then.
    swamped = any(is_swamped(observations, process.component) for process in observations.of(ProcessExamined))
    if not is_unchanged(observations) or sits_elsewhere or swamped:
        return
    expected = "unchanged code, settings and keys meet data that they never met"
    # What others or another service answer is likelier to be new than what our own rows say (`upstream`).
    of_providers = tuple(name for name, _ in never_seen(observations) if OF_PROVIDERS.search(name))
    if (told := new_exceptions(observations, (*DATABASE_EXCEPTIONS, *of_providers))) and not has_others(observations):
        seen = f"{told}, never seen before, while no code, setting or key has changed"
        yield favours("content", CONTENT, seen, expected)
    elif rises := reasons.risen(observations, (Reason.INACTIVE,)):
        seen = f"{reasons.told(rises)}, while no code, setting or key has changed"
        yield favours("content", CONTENT, seen, "accounts are closed that were open")
    elif (told := fails_at_home(observations)) and not mistypes(observations):
        seen = f"{told}, while no code, setting or key has changed"
        yield favours("content", CONTENT, seen, expected)
    elif _nobody_is_believed(observations):
        seen = "nobody's password is believed any more, the probe's neither, while no code, setting or key has changed"
        yield favours("content", CONTENT, seen, expected)


def _nobody_is_believed(observations: Observations) -> bool:
    """Whether hardly anybody signs in, by what is typed, and the probe's right password is refused like the others'."""
    during, share = observations.during, reasons.success_share(observations, Kind.SIGN_IN)
    probed = any(Symptom.NOT_BELIEVED in symptoms.of_words(probe.reason) for probe in observations.failed_probes)
    return (
        probed
        and during is not None
        and share is not None
        and share <= HARDLY
        and during.total(Kind.SIGN_IN, Outcome.FAILURE, Reason.WRONG_PASSWORD) >= LEAST_EXCEPTIONS
    )


CAUSE = Cause(
    id="database",
    title="database failure",
    predictions=__doc__ or "",
    asks_for=(Examination.DATABASE, Examination.SCHEMA, Examination.HOST),
    weigh=weigh,
)
