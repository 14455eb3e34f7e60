"""Without the garbage collector for a moment: reading and counting make many small things and no cycles.

The collector would look through all of them again and again as they are made: a fifth to a half of the time (measured:
`python -m bench.watch_live`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is collected meanwhile, in any thread; as it was afterwards.

    What was made meanwhile counts as old from then on: else the collector would look through it all at the end.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
