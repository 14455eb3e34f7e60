"""Archives are listed newest first, packed or not, and read at any offset."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from doorward.watch import rotations
from doorward.watch.cursor import FINGERPRINT_BYTES, Cursor, fingerprint


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "auth.log"


def beside(log: Path, *endings: str) -> None:
    for ending in endings:
        log.with_name(log.name + ending).write_bytes(b"x\n")


@pytest.mark.parametrize(
    ("there", "listed"),
    [
        ((".1", ".10.gz", ".2.gz"), [".1", ".2.gz", ".10.gz"]),
        (("-20260130.gz", "-20260201", "-20260131.gz"), ["-20260201", "-20260131.gz", "-20260130.gz"]),
        ((".2026-01-31", ".2026-02-01", ".2026-02-01_10"), [".2026-02-01_10", ".2026-02-01", ".2026-01-31"]),
        (("-20260131-1769800000", "-20260131-1769900000.gz"), ["-20260131-1769900000.gz", "-20260131-1769800000"]),
        ((".1", ".1.gz", ".2.gz"), [".1", ".2.gz"]),
        (("", ".1.new", ".gz", "-2", ".1.gz.tmp", ".old", "1"), []),
    ],
    ids=["by number", "by date", "by day", "by second", "being packed", "not archives"],
)
def test_archives_are_listed_newest_first(log: Path, there: tuple[str, ...], listed: list[str]) -> None:
    beside(log, *there)
    assert [path.name.removeprefix(log.name) for path in rotations.paths(log)] == listed


def test_no_more_than_the_newest_are_listed(log: Path) -> None:
    beside(log, *(f".{number}" for number in range(1, 50)))
    assert len(rotations.paths(log)) == rotations.MOST
    assert rotations.paths(log)[-1].name == f"auth.log.{rotations.MOST}"


def test_an_empty_archive_is_none(log: Path) -> None:
    log.with_name("auth.log.1").touch()
    log.with_name("auth.log.2.gz").write_bytes(gzip.compress(b""))
    beside(log, ".3")
    assert [one.path.name for one in rotations.archives(log)] == ["auth.log.3"]


def test_an_archive_that_was_seen_is_known_when_it_was_packed_and_when_it_grew(log: Path) -> None:
    first = b"2026-01-01 " + b"x" * 100 + b"\n"
    plain = log.with_name("auth.log.1")
    plain.write_bytes(first)
    (seen,) = (one.seen for one in rotations.archives(log))
    plain.write_bytes(first + b"grown\n")
    assert rotations.archives(log)[0].is_one_of((seen,))
    plain.unlink()
    plain.with_name("auth.log.1.gz").write_bytes(gzip.compress(first))
    assert rotations.archives(log)[0].is_one_of((seen,))


def test_what_began_alike_by_chance_was_not_seen(log: Path) -> None:
    beside(log, ".1")
    (seen,) = (one.seen for one in rotations.archives(log))
    log.with_name("auth.log.1").write_bytes(b"x\ny\n")
    assert not rotations.archives(log)[0].is_one_of((seen,))


def test_a_packed_file_is_read_at_any_offset_as_a_plain_one(tmp_path: Path) -> None:
    chance = random.Random(3)
    content = chance.randbytes(300_000)
    plain, packed = tmp_path / "a", tmp_path / "a.gz"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    one, other = rotations.opened(plain), rotations.opened(packed)
    assert one is not None
    assert other is not None
    for _ in range(100):
        offset, size = chance.randrange(310_000), chance.randrange(1, 100_000)
        assert other.pread(size, offset) == one.pread(size, offset)
    assert rotations.size(packed) == rotations.size(plain) == len(content)


def test_a_packed_file_that_is_cut_ends_there(tmp_path: Path) -> None:
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(random.Random(4).randbytes(200_000))[:100_000])
    file = rotations.opened(packed)
    assert file is not None
    whole = file.pread(1_000_000, 0)
    assert 0 < len(whole) < 200_000
    assert file.pread(10, len(whole)) == b""


def test_a_file_holds_what_was_read_if_it_begins_alike_and_is_as_long(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 600)
    file = rotations.opened(path)
    assert file is not None
    digest = fingerprint(b"x" * FINGERPRINT_BYTES)
    assert rotations.holds(file, Cursor("a", 1, 600, digest, FINGERPRINT_BYTES))
    assert not rotations.holds(file, Cursor("a", 1, 601, digest, FINGERPRINT_BYTES))
    assert not rotations.holds(file, Cursor("a", 1, 600, fingerprint(b"y"), 1))


def test_who_looks_while_files_are_renamed_looks_again(log: Path) -> None:
    beside(log, ".1", ".2")
    looks = []

    def look() -> tuple[Path, ...]:
        looks.append(rotations.paths(log))
        if len(looks) == 1:
            log.with_name("auth.log.2").rename(log.with_name("auth.log.3"))
            log.with_name("auth.log.1").rename(log.with_name("auth.log.2"))
        return looks[-1]

    assert [path.name for path in rotations.steadily(log, look)] == ["auth.log.2", "auth.log.3"]
    assert len(looks) == 2
