"""One error tree: every error has a stable code, says what is wrong, where, and what to do.

Input errors are collected and shown together (`InputInvalid`); the exit code of a command follows from the class.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: `code` is stable, `where` is `file:line key` or empty, `fix` says what to do."""

    code: str
    what: str
    where: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """`where: what [code]` and, on a second line, what to do."""
        head = f"{self.where}: {self.what} [{self.code}]" if self.where else f"{self.what} [{self.code}]"
        return f"{head}\n    {self.fix}" if self.fix else head


class DoorwardError(Exception):
    """Every error that Doorward raises on purpose; `exit_code` is what a command ends with."""

    code = "doorward"
    exit_code = 70

    def __init__(self, what: str, *, where: str = "", fix: str = "", code: str | None = None) -> None:
        super().__init__(what)
        self.problem = Problem(code or self.code, what, where, fix)

    def __str__(self) -> str:
        """The problem as people read it."""
        return str(self.problem)


class InputInvalid(DoorwardError):
    """A file or argument is wrong: all problems at once. Nothing was changed."""

    code = "input"
    exit_code = 2

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problem(s)")
        self.problems = problems

    def __str__(self) -> str:
        """One problem a paragraph, in file order."""
        return "\n".join(str(problem) for problem in self.problems)


class ExtensionInvalid(DoorwardError):
    """An extension does not import, lacks its constant or repeats an id: the start is stopped."""

    code = "extension"
    exit_code = 2


class SystemUnreachable(DoorwardError):
    """The guarded system does not answer, or its process is gone."""

    code = "unreachable"
    exit_code = 3


class CapabilityMissing(DoorwardError):
    """The kind of component cannot do what was asked (for example list sessions that live in cookies)."""

    code = "capability"
    exit_code = 2


class StoreUnavailable(DoorwardError):
    """Doorward's own database is locked, full or gone. Pages go out all the same, by the spool."""

    code = "store"


class LogBroken(DoorwardError):
    """The incident log's chain does not hold, or its entries do not fold."""

    code = "log"
    exit_code = 1


class ActionRefused(DoorwardError):
    """An action may not run: no approval, a pinned version, or more sessions than the cap."""

    code = "refused"
    exit_code = 1


class DeliveryFailed(DoorwardError):
    """A channel did not take the page; it stays owed and is tried again."""

    code = "delivery"
