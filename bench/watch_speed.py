"""How fast logs are counted, beside tools that people know: whole files, and a live log at a steady rate.

`python -m bench.watch_speed [--mb 150] [--seconds 10]`. Every row is a process of its own over the same two files.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import watch_logs

ROUNDS = 5
# fail2ban reads some 20,000 lines a second, crowdsec 5,000: they get a part of the file.
SLOW_TOOL_BYTES = 3_000_000


@dataclass(frozen=True)
class Run:
    """`rss_mb` is None where a tool has no memory worth a word."""

    lines: int
    wall_s: float
    cpu_s: float
    rss_mb: float | None


def _run(command: Sequence[str], lines: int, told: bool = False) -> Run:
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if status:
        raise RuntimeError(f"{command[0]} failed")
    cpu, rss = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    if told:
        said = json.loads(output)
        wall, cpu, rss = said["wall_s"], said["cpu_s"], said["rss_mb"]
    return Run(lines, wall, cpu, rss)


def _row(name: str, runs: list[Run]) -> None:
    lines, wall = runs[0].lines, statistics.median(run.wall_s for run in runs)
    cpu = statistics.median(run.cpu_s for run in runs)
    rss = max((run.rss_mb or 0) for run in runs)
    walls, cpus = _spread([lines / run.wall_s for run in runs]), _spread([lines / run.cpu_s for run in runs])
    per_s, per_cpu = _amount(lines / wall), _amount(lines / cpu)
    print(f"| {name} | {per_s} ({walls}) | {per_cpu} ({cpus}) | {rss:.0f} MB |", flush=True)


def _spread(speeds: list[float]) -> str:
    return f"{_amount(min(speeds))}–{_amount(max(speeds))}" if len(speeds) > 1 else "once"


def _amount(speed: float) -> str:
    return f"{speed / 1e6:.2f} M" if speed >= 1e5 else f"{speed / 1e3:.1f} k"


def _yardstick() -> str:
    """How even the machine is: other work makes a CPU-second worth less, by caches and by a busy host."""
    taken = []
    for _ in range(40):
        used, held = time.process_time(), dict[int, str]()
        for number in range(30_000):
            held[number & 1023] = str(number)
        taken.append(1000 * (time.process_time() - used))
    return f"a fixed loop takes {statistics.median(taken):.1f} ms of CPU, at best {min(taken):.1f} ms"


def _me(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "bench.watch_count", *(str(argument) for argument in arguments)]


def _batch(title: str, path: Path, kind: str, pattern: str) -> None:
    lines = int(subprocess.run(["wc", "-l", path], capture_output=True, check=True, text=True).stdout.split()[0])
    size = path.stat().st_size / 1e6
    what = f"{title}, {size:.0f} MB, {lines / 1e6:.2f} M lines"
    print(f"\n| {what} | lines/s (least–most) | lines per CPU-second (least–most) | memory |")
    print("|---|---|---|---|")
    _row("`wc -l`", [_run(["wc", "-l", str(path)], lines) for _ in range(ROUNDS)])
    if _is_there("rg"):
        _row("ripgrep, one pattern, count", [_run(["rg", "-c", pattern, str(path)], lines) for _ in range(ROUNDS)])
    for processes in (1, 2):
        command = _me("count", kind, path, processes)
        _row(
            f"Doorward, {processes} process{'es' * (processes > 1)}",
            [_run(command, lines, True) for _ in range(ROUNDS)],
        )
    for threads in (1, 2) if importlib.util.find_spec("duckdb") else ():
        command = _me("duckdb", kind, path, threads)
        _row(f"DuckDB, {threads} thread{'s' * (threads > 1)}", [_run(command, lines, True) for _ in range(ROUNDS)])
    if kind == "sshd":
        _slow_tools(path)


def _is_there(tool: str) -> bool:
    found = shutil.which(tool) is not None
    if not found:
        print(f"| {tool} | not installed | | |")
    return found


def _slow_tools(path: Path) -> None:
    part = path.with_name("part.log")
    with path.open("rb") as file:
        part.write_bytes(file.read(SLOW_TOOL_BYTES).rpartition(b"\n")[0] + b"\n")
    lines = part.read_bytes().count(b"\n")
    if _is_there("fail2ban-regex"):
        _row(f"fail2ban-regex, sshd, first {lines} lines", [_run(["fail2ban-regex", str(part), "sshd"], lines)])
    if _is_there("crowdsec"):
        command = ["crowdsec", "-dsn", f"file://{part}", "-type", "syslog"]
        _row(f"crowdsec, its own configuration, first {lines} lines", [_run(command, lines)])


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--mb", type=int, default=150)
    asked.add_argument("--seconds", type=float, default=10.0)
    asked.add_argument("--rate", type=int, default=100_000)
    wanted = asked.parse_args()
    cores = len(os.sched_getaffinity(0))
    print(f"load {os.getloadavg()[0]:.1f} at the start, {cores} cores, {ROUNDS} rounds, medians; {_yardstick()}")
    with tempfile.TemporaryDirectory() as folder:
        school, sshd = watch_logs.write(Path(folder), wanted.mb)
        _batch("JSON of the school", school, "school", '"outcome":"failed"')
        _batch("syslog of sshd", sshd, "sshd", "Failed password")
    print(f"\nload {os.getloadavg()[0]:.1f} at the end; {_yardstick()}")
    subprocess.run([sys.executable, "-m", "bench.watch_live", str(wanted.rate), str(wanted.seconds)], check=True)


if __name__ == "__main__":
    main()
