"""Whom an attacker tries, and from where."""

from __future__ import annotations

from itertools import islice

from bench.faults.intruder import Aim, _callbacks, _leaked, _lockouts

AIM = Aim("http://127.0.0.1:1", "http://127.0.0.1:2", tuple((f"user{n}", f"right{n}") for n in range(12)))


def test_a_lockout_tries_each_name_ten_times_from_the_schools_own_exit() -> None:
    tries = list(islice(_lockouts(AIM), 20))
    assert [name for name, _, _ in tries] == ["user0"] * 10 + ["user1"] * 10
    assert len({source for _, _, source in tries}) == 1


def test_every_sixth_password_of_a_leaked_list_is_right() -> None:
    right = dict(AIM.accounts)
    assert [right[name] == typed for name, typed, _ in islice(_leaked(AIM), 12)] == ([True] + [False] * 5) * 2


def test_callbacks_come_from_everywhere() -> None:
    assert len({source for _, _, source in islice(_callbacks(AIM), 50)}) == 50
