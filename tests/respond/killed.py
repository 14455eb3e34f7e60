"""Forks a worker that is to be killed, for each line on standard input.

Run as `python -m tests.respond.killed TOML`. The worker's process id, then a line for each page that it was told is
owed, go to standard output.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from doorward import settings as doorward_settings
from doorward.store import connection


def main() -> None:
    """Start up once, so that a fork is at work within milliseconds."""
    settings = doorward_settings.load(Path(sys.argv[1]))
    connection.open_store(settings)
    worker = importlib.import_module("tests.respond.killed_work")
    connection.release()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            worker.work(settings.state)
        os.write(1, f"child {child}\n".encode())
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
