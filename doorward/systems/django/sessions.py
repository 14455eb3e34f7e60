"""Django's stored sessions by keyed hash: a target in, rows out; and the end of those that are named.

The work is done by `session_worker.py` in the project's own interpreter, so that keys never leave the guarded system
and the engine clears its own caches. Engines that keep no rows (cache, file, signed_cookies) answer CapabilityMissing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from doorward.errors import CapabilityMissing, InputInvalid, Problem, SystemUnreachable
from doorward.systems import SessionRow, Target
from doorward.systems.django import process

# Measured on SQLite: 100,000 rows are listed in 6 s; 20,000 of them are ended in 1 s, and 1,000 of cached_db in 3 s.
LIMIT_S = 60.0
_WORKER = Path(__file__).with_name("session_worker.py")

_FIXES = {
    "OperationalError": "see that the database answers and that its migrations are applied, then try again",
    "ProgrammingError": "apply the migrations: the session table is missing or older than the code",
    "ImproperlyConfigured": "put the settings right: `doorward check` says what is wrong",
    "ModuleNotFoundError": "name the project's folder and interpreter (`project`, `python`)",
    "TimeLimit": "try again when the database is less busy",
}
_FIX = "run the project's own `manage.py check` with the same interpreter and environment"


class _Answer(msgspec.Struct, frozen=True):
    rows: tuple[tuple[str, bool, str | None, str, str | None], ...] = ()
    gone: tuple[str, ...] = ()
    lacks: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class DjangoSessions:
    """Satisfies `doorward.systems.Sessions`; `limit_s` bounds the child's time."""

    limit_s: float = LIMIT_S

    def listed(self, target: Target, hash_key_file: Path) -> tuple[SessionRow, ...]:
        """Every stored session. `reason`: ok, empty (nobody's, loads), expired, unreadable or backend-gone."""
        answer = self._ask(target, hash_key_file, {"command": "list"})
        if answer.failure is not None:
            raise _failed("list", target, answer.failure)
        return tuple(SessionRow(*row) for row in answer.rows)

    def clear(self, target: Target, hash_key_file: Path, sessions: Sequence[str]) -> tuple[str, ...]:
        """End these sessions and return those that were there and are gone: fewer than asked if it was cut off."""
        if not sessions:
            return ()
        answer = self._ask(target, hash_key_file, {"command": "clear", "sessions": list(sessions)})
        if answer.failure is not None and not answer.gone:
            raise _failed("clear", target, answer.failure)
        return answer.gone

    def _ask(self, target: Target, hash_key_file: Path, request: dict[str, object]) -> _Answer:
        content = process.ask(
            _WORKER,
            {"module": target.name, "hash_key": _hash_key(hash_key_file).hex(), **request},
            python=target.python,
            project=target.project,
            env=target.env,
            limit_s=self.limit_s,
        )
        if isinstance(content, process.Ended):
            raise _failed(str(request["command"]), target, content.kind)
        answer = msgspec.json.decode(content, type=_Answer)
        if answer.lacks is not None:
            fix = "people must sign in again when the configuration is right; to end every session, change the key"
            raise CapabilityMissing(f"sessions of {target.name}: {answer.lacks}", where=target.name, fix=fix)
        return answer


SESSIONS = DjangoSessions()


def _hash_key(file: Path) -> bytes:
    try:
        return file.read_bytes().strip()
    except OSError as error:
        problem = Problem(
            "session-key.unreadable",
            f"the key of the log's hashes cannot be read: {error.strerror}",
            str(file),
            "name the file in session_hash_key_file",
        )
        raise InputInvalid((problem,)) from error


def _failed(command: str, target: Target, failure: str) -> SystemUnreachable:
    what = f"could not {command} the sessions of {target.name}: {failure}"
    return SystemUnreachable(what, where=target.name, fix=_FIXES.get(failure, _FIX))
