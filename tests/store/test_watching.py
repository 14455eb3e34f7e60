"""Counts and cursors are committed together; probes and health are kept."""

from __future__ import annotations

from datetime import timedelta

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import Bucket, Kind, Outcome, Reason
from tests.entries import T0

KEY = (Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK)


def test_counts_of_one_window_add_up(any_store: str) -> None:
    from doorward.store import watching

    for events in (3, 4):
        watching.commit({"auth.jsonl": f"cursor-{events}"}, [Bucket("auth", T0, 10.0, {KEY: events})])
    assert [bucket.counts for bucket in watching.buckets("auth", T0)] == [{KEY: 7}]
    assert watching.cursor("auth.jsonl") == "cursor-4"


def test_a_log_that_was_never_read_has_no_cursor(any_store: str) -> None:
    from doorward.store import watching

    assert watching.cursor("nowhere") is None


def test_only_the_last_results_of_a_probe_are_kept(any_store: str) -> None:
    from doorward.store import watching

    for number in range(5):
        at = T0 + timedelta(seconds=number)
        watching.add_probe(ProbeResult("portal", at, ProbeOutcome.PASSED, "ok", "", ()), keep=3)
    assert [result.at for result in watching.probes(T0)] == [T0 + timedelta(seconds=n) for n in (2, 3, 4)]


def test_health_is_the_last_word_of_each_part(any_store: str) -> None:
    from doorward.store import watching

    watching.set_health("watch", "red", "the log is gone", T0)
    watching.set_health("watch", "green", "", T0)
    assert watching.health() == (("watch", "green", "", T0),)


def test_results_of_other_vantage_points_are_read_once_and_kept_apart(any_store: str) -> None:
    from doorward.store import watching

    def add(vantage: str, second: int) -> None:
        at = T0 + timedelta(seconds=second)
        watching.add_probe(ProbeResult("portal", at, ProbeOutcome.PASSED, "ok", "", (), vantage=vantage), keep=2)

    for second, vantage in enumerate(("", "cloud", "cloud", "office", "cloud")):
        add(vantage, second)
    found = watching.probes_elsewhere("", 0)
    assert [(result.vantage, result.at.second) for _, result in found] == [("cloud", 2), ("office", 3), ("cloud", 4)]
    assert watching.probes_elsewhere("office", found[-2][0]) == found[-1:]
    assert watching.last_probe() == found[-1][0]
