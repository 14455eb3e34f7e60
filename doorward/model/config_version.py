"""ConfigVersion and Change: a configuration as it stood, and the step from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.model.finding import Difference


class Standing(StrEnum):
    """What is known of a version. `pinned` = known bad: nothing may apply it again."""

    UNPROVED = "unproved"
    PROVED_GOOD = "proved-good"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class ConfigVersion:
    """A component's configuration as it stood.

    `digest` is the first 12 hex digits of the SHA-256 of the files' bytes; `author` is None where git knows none;
    `seen_at` is when Doorward took it, `changed_at` the file's own time.
    """

    component: str
    digest: str
    changed_at: datetime
    seen_at: datetime
    author: str | None
    standing: Standing = Standing.UNPROVED


@dataclass(frozen=True, slots=True)
class Change:
    """The step from one version to the next; `differences` never holds a secret."""

    component: str
    before: str | None
    after: str
    at: datetime
    author: str | None
    differences: tuple[Difference, ...] = ()
