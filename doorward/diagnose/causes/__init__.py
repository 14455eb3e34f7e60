"""The causes, one file each: a new file with a constant `CAUSE` is a new cause, and nothing else needs editing."""

from __future__ import annotations

import sys
from functools import cache

from doorward import extensions
from doorward.diagnose.cause import Cause


@cache
def causes() -> tuple[Cause, ...]:
    """Every cause, in name order. Raises ExtensionInvalid for a file that is broken or repeats an id."""
    return extensions.load(sys.modules[__name__], "CAUSE", Cause, lambda cause: cause.id)
