"""Logs for the bench of the watch's speed: an hour of a busy service, as the school and as sshd write it. Seeded."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
HOUR_S = 3600
PEOPLE = 30_000
_BLOCK = 20_000


def school_line(at: datetime, chance: random.Random, people: list[str]) -> str:
    """A line of the school's log, about 280 bytes: sign-ins, sessions and requests."""
    kind = chance.random()
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
    who = chance.choice(people)
    common = (
        f'"config":"4c301ec2f770","worker":27084,"synthetic":false,"person":"{who}","session":"{who[::-1]}",'
        f'"source":"{chance.choice(people)}","client":"{chance.choice(("portal", "library", "mail"))}",'
        f'"agent":"{chance.choice(("chrome", "firefox", "safari", "edge"))}"'
    )
    if kind < 0.3:
        failed = chance.random() < 0.08
        said = '"outcome":"failed","reason":"wrong-password"' if failed else '"outcome":"succeeded","reason":"ok"'
        return f'{{"time":"{stamp}","service":"auth","event":"sign-in",{common},{said}}}'
    if kind < 0.7:
        said = (
            '"outcome":"accepted","reason":"ok"'
            if chance.random() < 0.97
            else '"outcome":"rejected","reason":"expired"'
        )
        return f'{{"time":"{stamp}","service":"auth","event":"session",{common},{said}}}'
    page = f'"route":"courses","method":"GET","status":{200 if chance.random() < 0.99 else 502},"ms":13.7'
    return f'{{"time":"{stamp}","service":"auth","event":"request",{common},{page}}}'


def sshd_line(at: datetime, chance: random.Random, people: list[tuple[str, str]]) -> str:
    """A line of sshd's, about 100 bytes: sign-ins, refusals and what stands between them."""
    name, address = chance.choice(people)
    port, kind = chance.randrange(1024, 65000), chance.random()
    head = f"{at:%b} {at.day:2d} {at:%H:%M:%S} gate sshd[{chance.randrange(300, 32000)}]: "
    if kind < 0.4:
        return f"{head}Accepted publickey for {name} from {address} port {port} ssh2"
    if kind < 0.55:
        return f"{head}Failed password for {name} from {address} port {port} ssh2"
    if kind < 0.6:
        return f"{head}Failed password for invalid user {name} from {address} port {port} ssh2"
    if kind < 0.65:
        return f"{head}Invalid user {name} from {address} port {port}"
    if kind < 0.8:
        return f"{head}Connection closed by {address} port {port} [preauth]"
    return f"{head}pam_unix(sshd:session): session closed for user {name}"


def write(folder: Path, megabytes: int) -> tuple[Path, Path]:
    """Both logs, each of about that size."""
    chance = random.Random(4)
    hashes = [f"{chance.getrandbits(64):016x}" for _ in range(PEOPLE)]
    names = [(f"user{n}", ".".join(str(chance.randrange(1, 255)) for _ in range(4))) for n in range(PEOPLE)]
    school, sshd = folder / "auth.jsonl", folder / "gate.log"
    _fill(school, megabytes, 290, lambda at: school_line(at, chance, hashes))
    _fill(sshd, megabytes, 98, lambda at: sshd_line(at, chance, names))
    return school, sshd


def _fill(path: Path, megabytes: int, line_bytes: int, line: Callable[[datetime], str]) -> None:
    number = megabytes * 1_000_000 // line_bytes
    with path.open("w") as file:
        for start in range(0, number, _BLOCK):
            times = (BEGAN + timedelta(seconds=HOUR_S * n / number) for n in range(start, min(start + _BLOCK, number)))
            file.write("".join(f"{line(at)}\n" for at in times))
