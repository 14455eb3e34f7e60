"""A number in, that many believable people out: students first, one teacher in twelve, a few in the office."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from unicodedata import normalize

# First names, an empty line, last names.
_FIRST, _LAST = (
    tuple(part.split()) for part in Path(__file__).with_name("names.txt").read_text(encoding="utf-8").split("\n\n")
)

_PER_TEACHER = 12.5
_PER_STAFF = 50


@dataclass(frozen=True, slots=True)
class Person:
    """`role` is student, teacher or staff; `monitor` marks the account that a monitor signs in with."""

    username: str
    name: str
    role: str
    mail: str
    monitor: bool = False


def invent(count: int, random: Random) -> tuple[Person, ...]:
    """`count` people and, beyond them, the monitor account. User names differ."""
    teachers, staff = max(1, round(count / _PER_TEACHER)), max(1, round(count / _PER_STAFF))
    roles = ["student"] * max(0, count - teachers - staff) + ["teacher"] * teachers + ["staff"] * staff
    taken: set[str] = set()
    people = [_person(role, random, taken) for role in roles[:count]]
    return (*people, Person("monitor", "Sign-in monitor", "staff", "monitor@school.example", monitor=True))


def _person(role: str, random: Random, taken: set[str]) -> Person:
    first, last = random.choice(_FIRST), random.choice(_LAST)
    stem = normalize("NFKD", f"{first}.{last}".lower()).encode("ascii", "ignore").decode()
    username, number = stem, 1
    while username in taken:
        number += 1
        username = f"{stem}{number}"
    taken.add(username)
    return Person(username, f"{first} {last}", role, f"{username}@school.example")
