"""How long `doorward check` needs for a Keycloak realm of two megabytes: medians of several runs."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from doorward import check

ROUNDS = 5
BASE = Path(__file__).parents[1] / "tests" / "cases" / "keycloak" / "base" / "realm.json"


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "realm.json"
        path.write_text(_realm())
        check.rules()
        read, judged = zip(*(_round(path) for _ in range(ROUNDS)), strict=True)
        _command(path)
        cpu, clock = zip(*(_command(path) for _ in range(ROUNDS)), strict=True)
        print(f"| realm of {path.stat().st_size / 1e6:.1f} MB, median of {ROUNDS} | |\n|---|---|")
    print(f"| read | {statistics.median(read):.2f} s of CPU |\n| check | {statistics.median(judged):.2f} s of CPU |")
    whole = f"{statistics.median(cpu):.2f} s of CPU, {statistics.median(clock):.2f} s by the clock"
    print(f"| `doorward check keycloak:realm.json` from start to end | {whole} |")


def _command(path: Path) -> tuple[float, float]:
    """CPU and clock of one run of the command."""
    began, used = time.monotonic(), _used()
    asked = [sys.executable, "-m", "doorward", "check", f"keycloak:{path}", "--fail-on", "never"]
    kept = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # as where people work: compiled once
    subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, env=kept)
    return _used() - used, time.monotonic() - began


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _realm() -> str:
    base = json.loads(BASE.read_text())
    base["clients"] = [{**base["clients"][0], "clientId": f"portal-{number}"} for number in range(2150)]
    return json.dumps(base, indent=2)


def _round(path: Path) -> tuple[float, float]:
    began = time.process_time()
    configuration = check.read(check.parse_target(f"keycloak:{path}"))
    read_at = time.process_time()
    check.findings(configuration)
    return read_at - began, time.process_time() - read_at


if __name__ == "__main__":
    main()
