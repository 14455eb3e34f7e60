"""How long a person waits for the command line: medians of several runs, beside `python -c pass`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 7
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "doorward --help": ["-m", "doorward", "--help"],
    "doorward rules": ["-m", "doorward", "rules"],
    "doorward drill list": ["-m", "doorward", "drill", "list"],
    "doorward settings": ["-m", "doorward", "settings"],
}


def main() -> None:
    """Print the table."""
    print(f"| command | median of {ROUNDS} | of `python -c pass` |\n|---|---|---|")
    medians = {name: _median(arguments) for name, arguments in COMMANDS.items()}
    least = medians["python -c pass"]
    for name, median in medians.items():
        print(f"| `{name}` | {median * 1000:.0f} ms | {median / least:.1f} × |")


def _median(arguments: list[str]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
