"""What a layout needs of this machine beyond Python, and whether it is here: a run without it is skipped by name."""

from __future__ import annotations

import os
import shutil

from bench.faults.fault import Layout
from bench.faults.stores import programs


def lacking(layout: Layout) -> str:
    """Why the layout cannot stand here, in words for people; empty when it can."""
    is_root = os.geteuid() == 0
    wanted = (
        (layout.sessions != "db", bool(shutil.which("redis-server")), "redis-server is not installed"),
        (layout.database == "postgresql", programs() is not None, "PostgreSQL's initdb is not installed"),
        (layout.clock, bool(shutil.which("cc")), "no C compiler (cc) is installed"),
        (layout.names, bool(shutil.which("unshare")), "unshare is not installed"),
        (layout.names, is_root, "a name server at port 53 and a mount need root"),
        (bool(layout.disk_mib), is_root, "mounting a disk needs root"),
    )
    return "; ".join(why for is_wanted, is_here, why in wanted if is_wanted and not is_here)
