"""A log is turned at the worst moment: between any two things that the follower asks of the file system."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from doorward.watch.cursor import decode
from doorward.watch.follow import Follower
from tests.watch.test_follow import Log, parse, told

ASKED = ("open", "pread", "scandir", "stat", "fstat")


class Meanwhile:
    """Does something once, before the n-th question to the file system."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], None]) -> None:
        self._left, self._act = number, act
        self.is_done = False
        for name in ASKED:
            monkeypatch.setattr(os, name, self._asked(getattr(os, name)))

    def _asked(self, ask: Callable[..., object]) -> Callable[..., object]:
        def asked(*args: object, **options: object) -> object:
            if not self.is_done:
                if self._left == 0:
                    self.is_done = True
                    self._act()
                self._left -= 1
            return ask(*args, **options)

        return asked


def lines(log: Log, number: int = 3) -> None:
    for _ in range(number):
        log.line()


def renamed(log: Log) -> None:
    log.rename()
    lines(log)


def copied(log: Log) -> None:
    log.copy_and_truncate()
    lines(log, 30)


def packed(log: Log) -> None:
    log.rename()
    log.pack(1)
    lines(log)


def packed_later(log: Log) -> None:
    log.pack(1)
    lines(log)


def copied_and_renamed(log: Log) -> None:
    copied(log)
    renamed(log)


TURNS = [renamed, copied, packed, packed_later, copied_and_renamed]


def begun(log: Log, turns: int) -> Follower:
    """A follower that told some lines; since then more were written and the log turned so often."""
    follower = Follower(log.path, "auth", parse)
    lines(log)
    assert len(told(follower)) == 3
    for _ in range(turns):
        lines(log)
        log.rename()
    lines(log)
    return follower


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.__name__)
@pytest.mark.parametrize("is_restarted", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("turns", [0, 1, 2])
def test_a_turn_at_any_moment_of_a_poll_loses_nothing(
    tmp_path: Path, turn: Callable[[Log], None], is_restarted: bool, turns: int
) -> None:
    number, is_done = 0, True
    while is_done:
        directory = tmp_path / str(number)
        directory.mkdir()
        log = Log(directory)
        follower = begun(log, turns)
        if is_restarted:
            assert follower.cursor is not None
            follower.close()
            follower = Follower(log.path, "auth", parse, decode(follower.cursor.encode()))
        with pytest.MonkeyPatch.context() as patched:
            meanwhile = Meanwhile(patched, number, partial(turn, log))
            found = told(follower)
            is_done = meanwhile.is_done
        for _ in range(3):
            found += told(follower)
        follower.close()
        assert found == log.written[3:], f"turned before question {number}"
        number += 1
    assert number > 3
