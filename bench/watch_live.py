"""How long after it was written a line stands in the counts that detectors look at, at a steady rate.

`python -m bench.watch_live [RATE] [SECONDS]`. A child writes lines with their time; another follows the log by the
file source of the live watch every 50 ms and counts it by the partial aggregate. Then the same log goes to every
detector, of one person in `ONE_IN`, by what `doorward watch --follow --one-in` is made of. Then, apart: how many events
a CPU-second go the whole way of `doorward run`, each through the parser, the counts and every detector.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from bench import watch_logs
from doorward.log_line import LogOptions
from doorward.systems import system
from doorward.watch import Watcher, WatchSettings
from doorward.watch.follow import Follower, parsed
from doorward.watch.one_in import of_one_in
from doorward.watch.partial_counts import Counting, Partial
from doorward.watch.sources.file import FileSource

POLL_S = 0.05
# As the live watch: what is behind is read in parts.
MOST_BYTES = 512 * 1024
BEAT_S = 0.01
# Every so many lines one is asked when it was written.
ASKED = 50
WHOLE_WAY = "20000"
ONE_IN = 32


class Stamp(msgspec.Struct):
    """The time of a line."""

    time: datetime


def write(path: str, rate: str, seconds: str) -> None:
    """In a child: lines at a rate, in a beat; a line's time is when it is written."""
    chance = random.Random(5)
    people = [f"{chance.getrandbits(64):016x}" for _ in range(watch_logs.PEOPLE)]
    made = [watch_logs.school_line(watch_logs.BEGAN, chance, people) for _ in range(20_000)]
    tails = [line.partition('Z"')[2] for line in made]
    each = int(int(rate) * BEAT_S)
    began = time.monotonic()
    with Path(path).open("a", buffering=1 << 20) as file:
        for beat in range(int(float(seconds) / BEAT_S)):
            time.sleep(max(0.0, began + beat * BEAT_S - time.monotonic()))
            now = datetime.now(UTC)
            head = f'{{"time":"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"'
            start = beat * each % len(tails)
            file.write("".join(f"{head}{tail}\n" for tail in (tails[start:] + tails[:start])[:each]))
            file.flush()


def follow(path: str, seconds: str) -> None:
    """In a child: follow the log until nothing came for a second after that time; tell what it took."""
    counting = Counting("school", LogOptions(hash_key=b"k" * 32), most_windows=360)
    made, source = Partial("auth", counting), FileSource(Path(path))
    delays, lines = list[float](), 0
    began, used, last = time.monotonic(), time.process_time(), time.monotonic()
    measured = 0.0
    while time.monotonic() - last < 1 or time.monotonic() - began < float(seconds):
        taken = source.take_whole(MOST_BYTES)
        if taken.data:
            made.add_lines(taken.data)
            now, last = time.time(), time.monotonic()
            asked = time.process_time()
            found = taken.data[:-1].split(b"\n")
            lines += len(found)
            stamps = (msgspec.json.decode(line, type=Stamp).time for line in found[::ASKED])
            delays += [now - stamp.timestamp() for stamp in stamps]
            measured += time.process_time() - asked
        if not taken.more:
            time.sleep(POLL_S)
    cpu, wall = time.process_time() - used - measured, last - began
    counted = sum(table_count for *_, table_count, _ in made.rows())
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"lines": lines, "counted": counted, "cpu_s": cpu, "wall_s": wall, "rss_mb": rss_mb}
    print(json.dumps({**told, "delays": sorted(delays)}))


def detect(path: str, seconds: str) -> None:
    """In a child: the same, looking at one person in so many; delays are of the events that detectors took in."""
    kind, delays, lines = system("school"), list[float](), 0
    parse = of_one_in(kind.parser(LogOptions(hash_key=b"k" * 32)), ONE_IN, kind.mark)
    follower, watcher = Follower(Path(path), "auth", parse), Watcher(WatchSettings(), ("auth",))
    began, used, last = time.monotonic(), time.process_time(), time.monotonic()
    while time.monotonic() - last < 1 or time.monotonic() - began < float(seconds):
        batch = follower.poll()
        watcher.feed(batch.events)
        watcher.advance(datetime.now(UTC))
        if batch.lines:
            now, last = time.time(), time.monotonic()
            lines += batch.lines
            delays += [now - event.at.timestamp() for event in batch.events]
        if not batch.more:
            time.sleep(POLL_S)
    cpu, wall = time.process_time() - used, last - began
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"lines": lines, "counted": lines, "cpu_s": cpu, "wall_s": wall, "rss_mb": rss_mb}
    print(json.dumps({**told, "delays": sorted(delays)}))


def whole_way(lines: str) -> None:
    """In a child: events through parser, counts and detectors, as the live watch feeds them."""
    chance = random.Random(5)
    people = [f"{chance.getrandbits(64):016x}" for _ in range(watch_logs.PEOPLE)]
    step = timedelta(seconds=1e-5)
    made = [watch_logs.school_line(watch_logs.BEGAN + n * step, chance, people).encode() for n in range(int(lines))]
    watcher, parse = Watcher(WatchSettings(), ("auth",)), system("school").parser()
    used = time.process_time()
    watcher.feed(parsed(made, parse, "auth").events)
    print(json.dumps({"cpu_s": time.process_time() - used}))


def _child(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bench.watch_live", *arguments]


def _row(reader: str, what: str, rate: str, seconds: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "auth.jsonl"
        path.touch()
        with subprocess.Popen(_child(reader, str(path), seconds), stdout=subprocess.PIPE) as child:
            subprocess.run(_child("write", str(path), rate, seconds), check=True)
            assert child.stdout is not None
            said = json.loads(child.stdout.read())
    delays, wall, lost = said["delays"], said["wall_s"], said["lines"] - said["counted"]
    ms = [1000 * delays[min(len(delays) - 1, int(len(delays) * share))] for share in (0.5, 0.99, 1.0)]
    told = " | ".join(f"{delay:.0f} ms" for delay in ms)
    share, rss = 100 * said["cpu_s"] / wall, said["rss_mb"]
    print(
        f"| {what} | {said['lines'] / wall / 1000:.0f} k lines/s for {wall:.0f} s, {lost} of {said['lines']:,} lost ",
        end="",
    )
    print(f"| {told} | {share:.0f} % | {rss:.0f} MB |", flush=True)


def main(rate: str = "100000", seconds: str = "10") -> None:
    """Print the rows."""
    print(
        f"\nload {os.getloadavg()[0]:.1f}\n\n| live, JSON of the school | lines | median | 99 % | longest |",
        end=" of one core",
    )
    print(" | memory |\n" + "|---" * 7 + "|")
    _row("follow", "to the counts, everybody", rate, seconds)
    _row("detect", f"to every detector, one person in {ONE_IN}", rate, seconds)
    done = subprocess.run(_child("whole_way", WHOLE_WAY), capture_output=True, check=True)
    each_s = json.loads(done.stdout)["cpu_s"] / int(WHOLE_WAY)
    print(f"\nThe whole way, each event through every detector: {1 / each_s:,.0f} events a CPU-second.")


if __name__ == "__main__":
    children = {"write": write, "follow": follow, "detect": detect, "whole_way": whole_way}
    if sys.argv[1:2] and sys.argv[1] in children:
        children[sys.argv[1]](*sys.argv[2:])
    else:
        main(*sys.argv[1:])
