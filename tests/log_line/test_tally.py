"""A tally comes to what its kind's parser comes to, whatever the lines."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.log_line import LogOptions, Route
from doorward.log_line.tally import Tallied
from doorward.systems import system, systems
from tests.log_line.read_by_parser import Told, by_parser, told

ROUTES = (
    Route("sign-in", re.compile("/login/?"), is_sign_in=True),
    Route("sign-out", re.compile("/logout/"), is_sign_out=True),
)
OPTIONS = LogOptions(hash_key=b"k" * 32, year=2026, probe_accounts=("probe",), routes=ROUTES)
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
    "Accepted keyboard-interactive/pam for {who} from {ip} port {n}00{n} ssh2",
    "Invalid user {who} from {ip} port 123456{n}",
    "Invalid user {who}  from {ip} port {n}",
    "Connection reset by {who} port {n}",
    "pam_unix(sshd:session): session opened for user {who}(uid=1) by {who}(uid=0)",
    "{who}",
)
_NAMES = (
    "probe ",
    "ada\x7f",
    "ada\x00",
    "ada\t",
    "2001:db8:1234:5678:9abc::1",
    "a-name-of-16-bytes",
    "a-name-of-sixteen",
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
_HEADS = (
    "Mar  2 08:00:{s:02} host sshd[{n}]: ",
    "Mar  2 08:00:{s:02} host sshd[{n}]: ",
    "Mar 12 08:00:{s:02} host sshd-auth[{n}]: ",
    "2026-03-02T08:00:{s:02}.5+01:00 host sshd-session[{n}]: ",
    "2026-03-02T08:00:{s:02}.5+01:00 h\u00f6st sshd-session[{n}]: ",
    "Mar  2 08:00:{s:02}  sshd[{n}]: ",
    "Mar  2 08:00:{s:02} host sshd[{n}x]: ",
    "Mar  2 08:00:{s:02} host sshd: ",
    "Mar  2 08:00:{s:02} host sshds[{n}]: ",
)
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


_AGENTS = ("Mozilla/5.0 Firefox/95.0", "Doorward", "x [FB 1] ", "", "-", 'a\\"b', "é", "[01/Mar/2026:08:00:00 +0000]")
_REQUESTS = (
    "GET /courses/{n} HTTP/1.1",
    "POST /login/?next=/x HTTP/1.1",
    "POST /logout/ HTTP/2.0",
    "GET /a[b HTTP/1.1",
    "GET http://host/login/ HTTP/1.1",
    "POST /login/",
    "\\x16\\x03",
    "",
    'GET /é?q=\\"x HTTP/1.1',
)
_STAMPS = ("02/Mar/2026:08:00:{s:02} +0000", "02/Mar/2026:08:00:{s:02} -0330", "32/Mar/2026:08:00:00 +0000", "-")


def _access(seed: int, number: int) -> bytes:
    chance = random.Random(seed)
    lines = []
    for _ in range(number):
        if chance.random() < 0.1:
            lines.append(chance.choice(_ODD))
            continue
        stamp = chance.choice(_STAMPS).format(s=chance.randrange(60))
        request = chance.choice(_REQUESTS).format(n=chance.randrange(3))
        address = chance.choice(("10.0.0.1", "2001:db8::1", "host.example.com", "-"))
        line = f'{address} - {chance.choice(_NAMES)} [{stamp}] "{request}" {chance.choice((200, 302, 403, 502))} 5'
        if chance.random() < 0.8:
            line += f' "{chance.choice(_AGENTS)}" "{chance.choice(_AGENTS)}"'
        lines.append(
            chance.choice(("", "", "", "portal:443 ")) + line + chance.choice(("", " rt=0.120", " 0.003", "\r"))
        )
    return "\n".join((*lines, "")).encode()


def _objects(seed: int, number: int) -> bytes:
    chance = random.Random(seed)
    lines = []
    for _ in range(number):
        if chance.random() < 0.1:
            lines.append(chance.choice((*_ODD, "{", '{"time":1}', '{"status":200,"status":"x"}', '{"a":"\\ud800"}')))
            continue
        second = f"2026-03-02T08:00:{chance.randrange(60):02}Z"
        fields = {
            chance.choice(("timestamp", "time", "time_iso8601", "asctime")): chance.choice((second, second, "x", None)),
            "event": chance.choice(("user_logged_in", "user_login_failed", "request_finished", "x", None)),
            "message": chance.choice(("Internal Server Error: /x", "AXES: Locking out {username: 'ada'}", "")),
            "status": chance.choice((200, "302", True, 1, 1.0, 500, None, {})),
            "request": chance.choice((*_REQUESTS, 5)),
            chance.choice(("user", "username", "user_id", "remote_user")): chance.choice(
                (*_NAMES, 0, 7, True, None, [])
            ),
            chance.choice(("ip", "remote_addr")): chance.choice(("10.0.0.1", "-", None, 5)),
            "user_agent": chance.choice((*_AGENTS, None)),
        }
        kept = {name: value for name, value in fields.items() if chance.random() < 0.8}
        lines.append(json.dumps(kept, ensure_ascii=chance.random() < 0.5))
    return "\n".join((*lines, "")).encode()


_WORDS = {
    "event": ("sign-in", "session", "token", "authorization", "sign-out", "request", "error", "backup", "", 5),
    "outcome": ("succeeded", "failed", "rejected", "issued", "refused", "odd", "", None, 1),
    "reason": ("ok", "wrong-password", "expired", "invalid_grant", "odd", None),
    "grant": ("refresh_token", "authorization_code", None, 2),
    "status": (200, 302, 502, None, "200", 1.5),
    "client": ("portal", "library", "é", None, {}),
    "synthetic": (False, False, False, True, None),
    "person": ("3b82da50f90f03d7", "b18b0b93b50da481", "ada", "", None),
    "session": ("7d30f09f05ad28b3", "", None),
    "source": ("ba0f417b60059a3d", None, 7),
}


def _school(seed: int, number: int) -> bytes:
    """Most lines are of words that fit; in some a field is of another type."""
    chance = random.Random(seed)
    lines = []
    for _ in range(number):
        if chance.random() < 0.1:
            lines.append(chance.choice((*_ODD, "{}", '{"time":1}', '{"time":"2026-03-02T08:00:00","event":"x"}')))
            continue
        last = -1 if chance.random() < 0.1 else -2
        told: dict[str, object] = {"time": f"2026-03-02T08:00:{chance.randrange(60):02}.5Z", "event": "sign-in"}
        for field, values in _WORDS.items():
            if chance.random() < 0.8:
                told[field] = chance.choice(values[: len(values) + 1 + last] if field != "synthetic" else values)
        lines.append(json.dumps(told, ensure_ascii=chance.random() < 0.5))
    return "\n".join((*lines, "")).encode()


MADE: dict[str, Callable[[int, int], bytes]] = {
    "sshd": _sshd,
    "access": _access,
    "objects": _objects,
    "school": _school,
}


def _by_tally(kind: str, chunk: bytes) -> Told:
    made = system(kind).tally
    assert made is not None
    tally = made(OPTIONS)
    parse = system(kind).parser(OPTIONS)
    first, again = (told(parse, tally(chunk, 10.0), 10.0) for _ in range(2))
    assert first == again, "what a tally remembers changes what it counts"
    return again


def _by_parser(kind: str, lines: list[bytes]) -> Told:
    return by_parser(system(kind).parser(OPTIONS), lines, 10.0)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(sorted(MADE)), st.integers(0, 2**32), st.integers(1, 60))
def test_lines_come_to_what_their_parser_reads(kind: str, made: str, seed: int, number: int) -> None:
    chunk = MADE[made](seed, number)
    assert _by_tally(kind, chunk) == _by_parser(kind, chunk.split(b"\n"))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.sampled_from(sorted(MADE)),
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=4)), max_size=6),
)
def test_damaged_lines_come_to_what_the_parser_reads(
    kind: str, made: str, seed: int, damage: list[tuple[int, bytes]]
) -> None:
    chunk = MADE[made](seed, 20)
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
