"""Back-off: a source that is away is asked again after a while, longer each time, and told once.

In: a step that raises Away. Out: a step that raises the same error until it is time to ask again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from doorward.errors import DoorwardError

FIRST_PAUSE_S = 1.0
# After a night a source is found again within a minute.
LONGEST_PAUSE_S = 60.0


class Away(Exception):
    """The source does not answer, or refuses: what to tell people, without a secret. `after_s`: when it asked to be
    asked again."""

    def __init__(self, what: str, after_s: float = 0.0) -> None:
        super().__init__(what)
        self.what, self.after_s = what, after_s


class Patient:
    """A step with back-off. `clock` counts seconds and never goes back."""

    def __init__(self, name: str, step: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._step = step
        self._clock = clock
        self._failures = 0
        self._again_at = 0.0
        self._told = ""

    def __call__(self) -> str:
        """What the step says. Raises DoorwardError while the source is away: in the same words, so that health tells
        it once."""
        if self._failures and self._clock() < self._again_at:
            raise self._error()
        try:
            said = self._step()
        except Away as away:
            pause_s = min(FIRST_PAUSE_S * 2 ** min(self._failures, 10), LONGEST_PAUSE_S)
            self._failures += 1
            self._again_at = self._clock() + max(pause_s, min(away.after_s, LONGEST_PAUSE_S))
            self._told = away.what
            raise self._error() from away
        self._failures = 0
        return said

    def _error(self) -> DoorwardError:
        return DoorwardError(self._told, code=f"source.{self._name}", fix="it is asked again by itself")
