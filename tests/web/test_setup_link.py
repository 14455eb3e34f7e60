"""The one-time link: kept as a hash, good once, good for a day."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.test import Client

from doorward.settings import Settings
from doorward.web import setup_link
from doorward.web.setup_link import Token


def link() -> str:
    """A fresh first-run link, as a path."""
    made = setup_link.first_run_link("http://testserver/")
    assert made is not None
    return made.removeprefix("http://testserver")


def token(path: str) -> str:
    """The token of a link."""
    return path.split("/")[-2]


def test_the_link_is_kept_as_a_hash_that_only_the_owner_reads(guarded: Settings) -> None:
    made = token(link())
    kept = guarded.state / "setup-link"
    assert made not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_link_ends_after_a_day_and_with_the_next_start(guarded: Settings, now: datetime) -> None:
    first = token(link())
    assert setup_link.look(first, now + timedelta(hours=25)) is Token.EXPIRED
    second = token(link())
    assert setup_link.look(first, now) is Token.UNKNOWN
    assert setup_link.look(second, now) is Token.GOOD


def test_of_two_who_come_with_one_link_one_gets_in(guarded: Settings, now: datetime) -> None:
    made = token(link())
    assert [setup_link.use_up(made, now), setup_link.use_up(made, now)] == [Token.GOOD, Token.UNKNOWN]


def test_a_first_run_link_is_worth_nothing_once_somebody_is_in(operator: Client, now: datetime) -> None:
    get_user_model().objects.all().update(is_active=False)
    made = token(link())
    get_user_model().objects.all().update(is_active=True)
    assert setup_link.look(made, now) is Token.OPERATOR_EXISTS
