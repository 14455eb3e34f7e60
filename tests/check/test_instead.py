"""What to do instead is said in the words of the kind, with the session life of the configuration."""

from __future__ import annotations

from datetime import date

import pytest

from doorward.check.instead import instead, longest_life
from doorward.check.survival import Lost
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie, Flow, SessionLife, SigningKey, Store, Where

TODAY = date(2026, 11, 22)


def _settings(kind: str = "django", life_s: int | None = 1_209_600, engine: str = "db") -> Configuration:
    told = (
        SigningKey(Where("s.py", 1, "SECRET_KEY"), "session", "digest"),
        SessionLife(Where("s.py"), life_s),
        Cookie(Where("s.py", 2, "SESSION_COOKIE_NAME"), "session", "sessionid", None, "/", True, "Lax"),
        Store(Where("s.py", 3, "SESSION_ENGINE"), engine, "json", "here", True),
        Flow(Where("s.py", 4, "AUTHENTICATION_BACKENDS"), "backends", ("password",)),
    )
    return Configuration(kind, "s", told, ())


@pytest.mark.parametrize("lost", Lost)
def test_every_reason_has_something_to_do_instead(lost: Lost) -> None:
    for told in instead(_settings(), _settings(), lost, TODAY):
        assert told
        assert "{" not in told
        assert not told.endswith((".", " "))


@pytest.mark.parametrize(
    ("kind", "list_of_keys"), [("django", "SECRET_KEY_FALLBACKS"), ("school", "service.secret_key_fallback_files")]
)
def test_a_former_key_is_kept_until_the_longest_session_has_ended(kind: str, list_of_keys: str) -> None:
    (told,) = instead(_settings(kind), _settings(kind), Lost.SIGNING_KEY, TODAY)
    assert told.startswith(f"put the former key first in {list_of_keys}, and take it out 14 days after it ships ")
    assert "(on 2026-12-06 if it ships today)" in told


@pytest.mark.parametrize(("engine", "word"), [("db", "cached_db"), ("cached_db", "choose db"), ("cache", "cache:")])
def test_an_engine_that_finds_the_same_sessions_is_named_where_there_is_one(engine: str, word: str) -> None:
    assert word in instead(_settings(engine=engine), _settings(engine="file"), Lost.ENGINE, TODAY)[0]


@pytest.mark.parametrize(
    ("life_s", "spoken"),
    [(86_400, "1 day"), (28_800, "8 hours"), (5400, "90 minutes"), (61, "61 seconds"), (0, "no time")],
)
def test_a_life_is_said_as_people_say_it(life_s: int, spoken: str) -> None:
    assert longest_life(_settings(life_s=life_s)) == spoken


def test_a_life_that_is_not_known_has_no_day_on_which_it_ends() -> None:
    (told,) = instead(_settings(life_s=None), _settings(), Lost.BACKEND, TODAY)
    assert told.endswith("for the longest session's life after it ships")
