"""A tally comes to what its kind's parser comes to, whatever the lines."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.log_line import LogOptions
from doorward.log_line.tally import Tallied, who, window_of, words
from doorward.systems import system, systems

OPTIONS = LogOptions(hash_key=b"k" * 32, year=2026, probe_accounts=("probe",))
KINDS = sorted(kind for kind, found in systems().items() if found.tally is not None)
CASES = Path(__file__).parents[1] / "cases" / "logs"
OTHERS = Path(os.environ.get("DOORWARD_LOGS", Path(__file__).parents[3] / "shared" / "data" / "logs"))

_SSHD = (
    "Accepted password for {who} from {ip} port {n} ssh2",
    "Failed password for {who} from {ip} port {n} ssh2",
    "Failed password for invalid user {who} from {ip} port {n} ssh2",
    "Failed none for invalid user {who} from {ip} port {n} ssh2",
    "Failed publickey for {who} from {ip} port {n} ssh2: RSA x",
    "Invalid user {who} from {ip} port {n}",
    "Invalid user {who} from {ip}",
    "Connection closed by {ip} port {n} [preauth]",
    "Connection closed by authenticating user {who} {ip} port {n} [preauth]",
    "Received disconnect from {ip} port {n}:11: Bye {who}",
    "Disconnected from user {who} {ip} port {n}",
    "Disconnected from {ip} port {n}",
    "pam_unix(sshd:session): session opened for user {who} by (uid=0)",
    "pam_unix(sshd:session): session closed for user {who}",
    "message repeated 2 times: [ Failed password for {who} from {ip} port {n} ssh2]",
    "{who}",
)
_NAMES = (
    "ada",
    "probe",
    "invalid user",
    "from",
    "-",
    "unknown",
    "a from 10.0.0.9 port 5",
    "",
    "é",
    "x port 7",
    "10.0.0.1",
    "[preauth]",
)
_HEADS = ("Mar  2 08:00:{s:02} host sshd[{n}]: ", "2026-03-02T08:00:{s:02}.5+01:00 host sshd-session[{n}]: ")
_ODD = ("Mar 32 08:00:00 host sshd[1]: x", "Mar  2 08:00:00 host cron[1]: x", "", " ", "\x1c", "nothing", "{}", "\r")


def _sshd(seed: int, number: int) -> bytes:
    chance = random.Random(seed)
    lines = []
    for _ in range(number):
        if chance.random() < 0.1:
            lines.append(chance.choice(_ODD))
            continue
        fields = {"who": chance.choice(_NAMES), "ip": f"10.0.{chance.randrange(3)}.1", "n": chance.randrange(99)}
        head = chance.choice(_HEADS).format(s=chance.randrange(60), n=chance.randrange(99))
        lines.append(head + chance.choice(_SSHD).format(**fields))
    return "\n".join((*lines, "")).encode()


def _by_tally(kind: str, chunk: bytes) -> tuple[Counter[object], dict[object, set[object]]]:
    made = system(kind).tally
    assert made is not None
    tallied = made(OPTIONS)(chunk, 10.0)
    counts, people = _by_parser(kind, tallied.rest)
    counts["probe"] += tallied.probes
    counts["silent"] += tallied.silent
    for key, count in tallied.counts.items():
        counts[key] += count
        people.setdefault(key, set()).update(tallied.people[key])
    return +counts, people


def _by_parser(kind: str, lines: list[bytes]) -> tuple[Counter[object], dict[object, set[object]]]:
    parse, counts, people = system(kind).parser(OPTIONS), Counter[object](), dict[object, set[object]]()
    for line in lines:
        if not line.strip():
            continue
        try:
            event = parse(line, "host")
        except ValueError:
            counts["unparsed"] += 1
            continue
        if event is None or event.probe:
            counts["probe" if event else "silent"] += 1
            continue
        verdict = words(event.kind, event.outcome, event.reason)
        key = (window_of(event.at.timestamp(), 10.0), verdict, event.client)
        counts[key] += 1
        people.setdefault(key, set()).add(who(event))
    return +counts, people


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_lines_of_sshd_come_to_what_its_parser_reads(seed: int, number: int) -> None:
    chunk = _sshd(seed, number)
    assert _by_tally("sshd", chunk) == _by_parser("sshd", chunk.split(b"\n"))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=4)), max_size=6),
)
def test_damaged_lines_come_to_what_the_parser_reads(kind: str, seed: int, damage: list[tuple[int, bytes]]) -> None:
    chunk = _sshd(seed, 20)
    for place, piece in damage:
        chunk = chunk[:place] + piece + chunk[place + 1 :]
    chunk = chunk.rstrip(b"\n") + b"\n"
    assert _by_tally(kind, chunk) == _by_parser(kind, chunk.split(b"\n"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_log_we_have_comes_to_what_the_parser_reads(kind: str) -> None:
    logs = [path for top in (CASES, OTHERS) if top.is_dir() for path in top.rglob("*") if path.is_file()]
    for path in logs:
        chunk = path.read_bytes()[:300_000].rstrip(b"\n") + b"\n"
        assert _by_tally(kind, chunk) == _by_parser(kind, chunk.split(b"\n")), path.name


def test_nothing_comes_to_nothing() -> None:
    made = system("sshd").tally
    assert made is not None
    assert made(OPTIONS)(b"", 10.0) == Tallied()
