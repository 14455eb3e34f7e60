"""What a rehearsal is told: two targets of one project, and the pages that people use there."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.check.rehearsal.double import Own
from doorward.check.rehearsal.probes import Pages
from doorward.systems import Target


@dataclass(frozen=True, slots=True)
class Plan:
    """What to rehearse; `pages.protected` may be empty where the kind or the project has a page of its own for it.

    `own_double` takes the place of the front channel of the provider's double.
    """

    old: Target
    new: Target
    pages: Pages
    own_double: Own | None = None
