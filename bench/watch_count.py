"""One count of one file in a process of its own, for watch_speed: `python -m bench.watch_count TOOL KIND FILE N`."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path

from bench import watch_logs
from doorward.log_line import LogOptions
from doorward.systems import system
from doorward.watch.partial_counts import Counting
from doorward.watch.partial_files import counted

KEY = "00" * 32


def count(kind: str, path: str, processes: str) -> None:
    """In a child: count a file, and tell the time from the first byte to the merged table, and the memory."""
    system(kind)  # What stands in other kinds' folders is loaded once, whatever is counted.
    counting = Counting(kind, LogOptions(hash_key=bytes.fromhex(KEY), year=watch_logs.BEGAN.year))
    began, used = time.monotonic(), _used()
    table = counted([Path(path)], counting, int(processes))
    wall = time.monotonic() - began
    assert table.num_rows
    _tell(wall, _used() - used, int(processes))


def _used() -> float:
    parts = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)


def _tell(wall: float, cpu: float, processes: int) -> None:
    """Memory: this process and as many of the largest child as there were."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if processes > 1 else 0
    print(json.dumps({"wall_s": wall, "cpu_s": cpu, "rss_mb": (own + processes * child) / 1024}))


_DUCK = {
    "school": """
        SELECT time_bucket(INTERVAL 10 SECONDS, time), event, outcome, reason, status >= 500, client,
               count(*), approx_count_distinct(coalesce(person, session, source))
        FROM read_json(?, format='newline_delimited', columns={time: 'TIMESTAMP', event: 'VARCHAR', outcome: 'VARCHAR',
             reason: 'VARCHAR', status: 'INTEGER', client: 'VARCHAR', person: 'VARCHAR',
             session: 'VARCHAR', source: 'VARCHAR'})
        GROUP BY ALL""",
    "sshd": r"""
        SELECT line[1:14] AS at, regexp_extract(line, 'sshd\[\d+\]: (Accepted|Failed|Invalid|Connection)', 1) AS what,
               count(*), approx_count_distinct(regexp_extract(line, '(?:for|user|by) (\S+)', 1))
        FROM read_csv(?, columns={line: 'VARCHAR'}, delim='\x01', quote='', escape='', header=false, auto_detect=false)
        GROUP BY ALL""",
}


def duckdb(kind: str, path: str, threads: str) -> None:
    """In a child: the same task as a plain query, with approximate distinct people."""
    connection = importlib.import_module("duckdb").connect(config={"threads": int(threads)})
    began, used = time.monotonic(), _used()
    rows = connection.execute(_DUCK[kind], [path]).fetchall()
    wall = time.monotonic() - began
    assert rows
    _tell(wall, _used() - used, 1)


if __name__ == "__main__":
    {"count": count, "duckdb": duckdb}[sys.argv[1]](*sys.argv[2:])
