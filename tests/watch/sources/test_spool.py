"""What the spool said it has, it has: after a kill, a torn end, repeated deliveries, and when nobody counts."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from doorward.watch.follow import LONGEST_LINE
from doorward.watch.sources import spool as spools
from doorward.watch.sources.spool import Delivery, Receipt, Spool, SpoolFull
from doorward.watch.sources.spooled import SpoolSource


def lines(source: SpoolSource, limit: int = 1 << 20) -> list[bytes | None]:
    """Everything that is there."""
    found: list[bytes | None] = []
    more = True
    while more:
        taken = source.take(limit)
        found.extend(taken.lines)
        more = taken.more
    return found


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "auth")


def again(spool: Spool) -> Spool:
    """The spool as the next process finds it."""
    spool.close()
    return Spool(spool.directory)


def test_what_was_appended_is_read_once_and_in_order(spool: Spool) -> None:
    source = SpoolSource("auth", spool)
    assert spool.append(Delivery((b"one", b"two"))) == Receipt(2)
    assert lines(source) == [b"one", b"two"]
    spool.append(Delivery((b"three\nfour",)))
    assert lines(source, 1) == [b"three four"]
    assert lines(source) == []


def test_a_line_that_is_too_long_is_told_as_such(spool: Spool) -> None:
    spool.append(Delivery((b"x" * (LONGEST_LINE + 1), b"next")))
    assert lines(SpoolSource("auth", spool)) == [None, b"next"]


def test_a_reader_goes_on_from_its_cursor_and_reads_the_past_up_to_it(spool: Spool) -> None:
    spool.append(Delivery((b"one",)))
    cursor = SpoolSource("auth", spool).take(1 << 20).cursor
    spool.append(Delivery((b"two",)))
    after = SpoolSource("auth", again(spool), cursor)
    assert list(after.past(1 << 20)) == [b"one"]
    assert list(after.history(1 << 20)) == [b"one", b"two"]
    assert lines(after) == [b"two"]
    assert list(SpoolSource("auth", spool).past(1 << 20)) == []


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_end_is_not_read_and_is_cut_off(spool: Spool, cut: int) -> None:
    spool.append(Delivery((b"one",)))
    spool.append(Delivery((b"two",), sender="relay", sequence=7))
    path = spool.path(1)
    os.truncate(path, path.stat().st_size - cut)
    after = again(spool)
    assert lines(SpoolSource("auth", after)) == [b"one"]
    assert after.append(Delivery((b"two",), sender="relay", sequence=7)) == Receipt(1)
    assert lines(SpoolSource("auth", after)) == [b"one", b"two"]


def test_a_sequence_is_taken_once_whoever_restarts(spool: Spool) -> None:
    sent = Delivery((b"one", b"two"), sender="relay", sequence=3)
    assert spool.append(sent) == Receipt(2)
    assert spool.append(sent) == Receipt(0, 2)
    after = again(spool)
    assert after.append(sent) == Receipt(0, 2)
    assert after.append(Delivery((b"one",), sender="other", sequence=3)) == Receipt(1)
    assert after.append(Delivery((b"one",), sender="relay", sequence=4)) == Receipt(1)


def test_a_line_is_known_by_its_identity_for_a_while(spool: Spool) -> None:
    spool.append(Delivery((b"a", b"b"), ids=("1", "2")), now=1000.0)
    assert spool.append(Delivery((b"b", b"c"), ids=("2", "3")), now=1500.0) == Receipt(1, 1)
    assert again(spool).append(Delivery((b"b",), ids=("2",)), now=1500.0) == Receipt(0, 1)
    assert again(spool).append(Delivery((b"b",), ids=("2",)), now=1000.0 + spools.WINDOW_S + 1) == Receipt(1)


def test_a_position_is_kept_with_the_lines(spool: Spool) -> None:
    assert spool.position is None
    spool.append(Delivery((b"one",), position="cursor 1"))
    assert again(spool).position == "cursor 1"
    assert Spool(spool.directory).append(Delivery((), position="cursor 2")) == Receipt(0)
    assert Spool(spool.directory).position == "cursor 2"


def test_parts_turn_carry_what_is_known_and_go_when_counted_and_old(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "PART_BYTES", 100)
    monkeypatch.setattr(spools, "KEPT_FOR_S", -1.0)
    source = SpoolSource("auth", spool)
    for number in range(5):
        delivery = Delivery((b"x" * 200,), "relay", number, f"position {number}", (f"id {number}",))
        spool.append(delivery, now=1000.0 + number)
    assert len(spool.parts()) == 5
    taken = source.take(1 << 20)
    assert len(taken.lines) == 5
    source.committed(taken.cursor)
    assert len(spool.parts()) == 1
    after = again(spool)
    assert after.position == "position 4"
    assert after.append(Delivery((b"y",), "relay", 4), now=1005.0) == Receipt(0, 1)
    assert after.append(Delivery((b"y",), ids=("id 0",)), now=1005.0) == Receipt(0, 1)
    assert lines(SpoolSource("auth", after, taken.cursor)) == []


def test_a_spool_that_nobody_counts_asks_senders_to_wait(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "MOST_WAITING_BYTES", 5000)
    monkeypatch.setattr(spools, "PART_BYTES", 1000)
    source = SpoolSource("auth", spool)
    with pytest.raises(SpoolFull):
        fill(spool)
    waiting = source.take(1 << 20)
    assert 0 < len(waiting.lines) < 10
    source.committed(waiting.cursor)
    assert spool.append(Delivery((b"y",))) == Receipt(1)
    assert lines(source) == [b"y"]


def fill(spool: Spool) -> None:
    """Append more than may wait."""
    for _ in range(100):
        spool.append(Delivery((b"x" * 500,)))


def test_only_the_owner_reads_it(spool: Spool) -> None:
    spool.append(Delivery((b"one",)))
    assert spool.path(1).stat().st_mode & 0o077 == 0
    assert spool.directory.stat().st_mode & 0o077 == 0


def test_any_cut_of_the_file_leaves_whole_deliveries_only(spool: Spool) -> None:
    chance = random.Random(4)
    for number in range(20):
        spool.append(Delivery(tuple(b"%d.%d" % (number, part) for part in range(chance.randrange(1, 4)))))
    whole = spool.path(1).read_bytes()
    every = lines(SpoolSource("auth", spool))
    for _ in range(60):
        spool.path(1).write_bytes(whole[: chance.randrange(len(whole))])
        found = lines(SpoolSource("auth", again(spool)))
        assert found == every[: len(found)]
        following = every[len(found)]
        assert following is not None
        assert following.endswith(b".0")
