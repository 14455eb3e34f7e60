"""Baseline: what examinations said while all was well, so that a diagnosis can tell what is different now.

In: the moments at which every probe passes and nothing is suspicious. Out: the last round of before an onset. Kept in
memory alone: after a restart nothing is known of before until all is well again, and the differential says so.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from doorward.diagnose.examined import Examination, ExaminationResult, ProcessExamined, SchemaExamined

# Those whose difference tells something and that cost nearly nothing: no lock is asked for, nothing is measured long.
KEPT = (
    Examination.PROCESS,
    Examination.LIVENESS,
    Examination.SCHEMA,
    Examination.STORE,
    Examination.NAMES,
    Examination.ISSUER,
    Examination.KEYS,
    Examination.CODE,
    Examination.HELD,
    Examination.FRONT,
    Examination.SURROUNDINGS,
)
EVERY = timedelta(seconds=15)
# A fault may have begun before anybody failed: the round that counts is older than the onset by this much.
BEFORE = timedelta(seconds=3)
# Ten minutes: an onset is seldom found later than that.
MOST_ROUNDS = 40

Rounds = deque[tuple[datetime, tuple[ExaminationResult, ...]]]


class Baseline:
    """The last rounds; safe for threads."""

    def __init__(self, examine: Callable[[], tuple[ExaminationResult, ...]]) -> None:
        self._examine = examine
        self._rounds: Rounds = deque(maxlen=MOST_ROUNDS)
        self._lock = threading.Lock()

    def take(self, now: datetime) -> bool:
        """All is well at this moment: look, unless that was done a moment ago. Says whether it looked."""
        with self._lock:
            if self._rounds and now - self._rounds[-1][0] < EVERY:
                return False
            self._rounds.append((now, self._examine()))
            return True

    def before(self, onset: datetime) -> tuple[ExaminationResult, ...]:
        """The last round of before that onset, empty if there is none. Where several servers take turns at an address,
        a round may meet one of them only: the most that any round met count."""
        earlier = self._earlier(onset)
        most: dict[str, int] = {}
        for one in chain.from_iterable(earlier):
            if isinstance(one, SchemaExamined):
                most[one.component] = max(one.servers, most.get(one.component, 1))
        return tuple(
            replace(one, servers=most[one.component]) if isinstance(one, SchemaExamined) else one
            for one in (earlier[-1] if earlier else ())
        )

    def processes(self, onset: datetime) -> tuple[ProcessExamined, ...]:
        """The processes of every round of before that onset, oldest first: what they are like on any day."""
        return tuple(one for results in self._earlier(onset) for one in results if isinstance(one, ProcessExamined))

    def _earlier(self, onset: datetime) -> list[tuple[ExaminationResult, ...]]:
        with self._lock:
            return [results for at, results in self._rounds if at <= onset - BEFORE]
