"""People are counted once, and each is asked of what the change does to the backend that signed them in."""

from __future__ import annotations

import pytest

from doorward.check.signed_in import counted, losing, said
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie, Fact, Flow, Where
from doorward.systems import SessionRow

HERE = Where("settings.py")


def _settings(*backends: str, cookie: str = "sessionid") -> Configuration:
    told: tuple[Fact, ...] = (
        Cookie(HERE, "session", cookie, None, "/", True, "Lax"),
        Flow(HERE, "backends", backends),
    )
    return Configuration("django", "settings", told, ())


OLD = _settings("password", "ldap")
ROWS = (
    SessionRow("1", True, "ada", "ok", "password"),
    SessionRow("2", True, "ada", "ok", "ldap"),
    SessionRow("3", True, "bob", "ok", "ldap"),
    SessionRow("4", True, "cleo", "ok", "password"),
    SessionRow("5", True, None, "ok"),
    SessionRow("6", True, None, "empty"),
    SessionRow("7", False, "dan", "expired", "ldap"),
)


def test_people_are_counted_once_and_visitors_not_at_all() -> None:
    assert counted(ROWS).total == 3


def test_who_loses_one_of_two_sessions_is_hurt() -> None:
    assert losing(OLD, _settings("password"), counted(ROWS)) == 2


@pytest.mark.parametrize(("new", "lost"), [(_settings("password", "ldap", cookie="sid"), 3), (OLD, 0)])
def test_a_change_that_is_the_same_for_every_backend_needs_to_know_none(new: Configuration, lost: int) -> None:
    assert losing(OLD, new, counted(ROWS)) == lost
    assert losing(OLD, new, said(3)) == lost


def test_of_people_whose_backend_is_not_known_it_is_not_said_that_they_lose_a_session() -> None:
    assert losing(OLD, _settings("password"), said(3)) is None
    assert losing(OLD, _settings("saml"), said(3)) == 3
