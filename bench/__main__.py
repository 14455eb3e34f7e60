"""Run every bench, or those named: `python -m bench [NAME…]`. Each is bounded and stops by itself."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

# What each measures stands in its own module.
BENCHES = (
    "school_pages",
    "detection_delay",
    "detect",
    "commands",
    "check_speed",
    "check_files",
    "check_django",
    "check_django --changes held-out",
    "check_keycloak",
    "check_school",
    "probe_keycloak",
    "watch_speed",
    "watch_hostile",
)


def main(names: list[str]) -> int:
    """Each bench in a process of its own, so that none warms the next; the worst exit code."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"there is no bench {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n")
    return max(_run(name) for name in names or BENCHES)


def _run(name: str) -> int:
    print(f"== {name}", flush=True)
    module, *options = name.split()
    return subprocess.run([sys.executable, "-m", f"bench.{module}", *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
