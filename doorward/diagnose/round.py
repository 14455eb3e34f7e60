"""Round: gather what the causes ask for, in parallel and within a bounded time. The only part that does I/O.

In: the components to examine, and what the other stages already know. Out: Observations. An examination that does not
end in time becomes `NotExamined`; one that fails in an unforeseen way is our fault and is raised.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from doorward.diagnose.causes import causes
from doorward.diagnose.examinations.code import examine_code
from doorward.diagnose.examinations.connection import examine_connection
from doorward.diagnose.examinations.database import examine_database
from doorward.diagnose.examinations.directory import examine_directory
from doorward.diagnose.examinations.front import examine_front
from doorward.diagnose.examinations.held import examine_held
from doorward.diagnose.examinations.issuer import examine_issuer
from doorward.diagnose.examinations.keys import examine_keys
from doorward.diagnose.examinations.liveness import examine_liveness
from doorward.diagnose.examinations.names import examine_names
from doorward.diagnose.examinations.process import examine_host, examine_process
from doorward.diagnose.examinations.schema import examine_schema
from doorward.diagnose.examinations.store import examine_store
from doorward.diagnose.examinations.surroundings import examine_surroundings
from doorward.diagnose.examinations.tls import examine_tls
from doorward.diagnose.examinations.upstream import examine_upstream
from doorward.diagnose.examined import Examination, ExaminationResult, NotExamined
from doorward.diagnose.examinee import Examinee
from doorward.diagnose.observations import Observations

# Each examination bounds itself below this; only a name server that does not answer is cut off by it.
WITHIN_S = 3.0

EXAMINERS: dict[Examination, Callable[[Examinee], ExaminationResult]] = {
    Examination.PROCESS: examine_process,
    Examination.HOST: examine_host,
    Examination.CONNECTION: examine_connection,
    Examination.LIVENESS: examine_liveness,
    Examination.DATABASE: examine_database,
    Examination.SCHEMA: examine_schema,
    Examination.STORE: examine_store,
    Examination.NAMES: examine_names,
    Examination.TLS: examine_tls,
    Examination.ISSUER: examine_issuer,
    Examination.DIRECTORY: examine_directory,
    Examination.UPSTREAM: examine_upstream,
    Examination.KEYS: examine_keys,
    Examination.CODE: examine_code,
    Examination.HELD: examine_held,
    Examination.FRONT: examine_front,
    Examination.SURROUNDINGS: examine_surroundings,
}

_Asked = tuple[Examination, Examinee]
_Answer = tuple[_Asked, ExaminationResult | BaseException]


def observe(examinees: Sequence[Examinee], known: Observations, within_s: float = WITHIN_S) -> Observations:
    """`known` (detections, suspects, statistics, probes, tallies) with the results of every examination asked for."""
    return replace(known, examinations=examine(examinees, asked_for(), within_s))


def asked_for() -> tuple[Examination, ...]:
    """Every examination that some cause asks for."""
    wanted = {examination for cause in causes() for examination in cause.asks_for}
    return tuple(examination for examination in Examination if examination in wanted)


def examine(
    examinees: Sequence[Examinee], examinations: Iterable[Examination], within_s: float = WITHIN_S
) -> tuple[ExaminationResult, ...]:
    """Every examination of every examinee, each in a thread of its own, in stable order."""
    asked = [(examination, examinee) for examination in examinations for examinee in examinees]
    answers: queue.SimpleQueue[_Answer] = queue.SimpleQueue()
    for one in asked:
        # A daemon thread: one that hangs in a name look-up must keep neither us nor the process from ending.
        threading.Thread(target=_examine, args=(one, answers), daemon=True, name=f"examine-{one[0]}").start()
    results = _collect(len(asked), answers, time.monotonic() + within_s)
    return tuple(results.get(one) or _late(one, within_s) for one in asked)


def _examine(asked: _Asked, answers: queue.SimpleQueue[_Answer]) -> None:
    examination, examinee = asked
    try:
        answers.put((asked, EXAMINERS[examination](examinee)))
    except BaseException as error:  # noqa: BLE001 - carried to the caller's thread and raised there
        answers.put((asked, error))


def _collect(count: int, answers: queue.SimpleQueue[_Answer], until: float) -> dict[_Asked, ExaminationResult]:
    results: dict[_Asked, ExaminationResult] = {}
    while len(results) < count:
        try:
            asked, answer = answers.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        if isinstance(answer, BaseException):
            raise answer
        results[asked] = answer
    return results


def _late(asked: _Asked, within_s: float) -> NotExamined:
    return NotExamined(asked[0], asked[1].component, f"it did not end within {within_s:g} s")
