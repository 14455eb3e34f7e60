"""What really happened to people, as JSON lines: against this a guard that only reads logs can be scored.

A line: {"time", "person", "network", "action", "ok", "symptom", "session", "status"}. People and sessions are the same
keyed hashes as in the logs of the services.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from school.traffic.browser import Symptom
from school.traffic.networks import NetworkKind


class Action(StrEnum):
    SIGN_IN = "sign-in"
    OPEN = "open"
    SUBMIT = "submit"
    SIGN_OUT = "sign-out"
    RETURN = "return"
    SUPPORT = "support"
    ROLL_CALL = "roll-call"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a person did. `session` is the hash of the provider's session cookie held afterwards."""

    person: str
    network: NetworkKind
    action: Action
    ok: bool
    symptom: Symptom | None
    session: str | None
    status: int | None


class Truth:
    """Counts acts, and writes them to a file when one is given."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self.done: Counter[Action] = Counter()
        self.ok: Counter[Action] = Counter()
        self.symptoms: Counter[Symptom] = Counter()
        self.harmed: set[str] = set()

    def __enter__(self) -> Self:
        if self._path is not None:
            self._file = self._path.open("a", encoding="utf-8", buffering=1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def note(self, act: Act) -> None:
        self.done[act.action] += 1
        self.ok[act.action] += act.ok
        if act.symptom is not None:
            self.symptoms[act.symptom] += 1
            if act.symptom is not Symptom.WRONG_PASSWORD:
                self.harmed.add(act.person)
        if self._file is not None:
            self._file.write(_line(act, datetime.now(UTC)) + "\n")


def _line(act: Act, now: datetime) -> str:
    return json.dumps(
        {
            "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "person": act.person,
            "network": act.network,
            "action": act.action,
            "ok": act.ok,
            "symptom": act.symptom,
            "session": act.session,
            "status": act.status,
        }
    )
