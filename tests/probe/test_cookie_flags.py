"""Flags of session cookies: what is noted, and what is no session."""

from __future__ import annotations

import pytest

from doorward.probe.cookie_flags import notes, refusals


@pytest.mark.parametrize(
    ("line", "is_https", "after_password", "missing"),
    [
        ("sessionid=x; HttpOnly; Secure; SameSite=Lax", True, False, ""),
        ("sessionid=x; HttpOnly; SameSite=Lax", True, False, "Secure"),
        ("sessionid=x; HttpOnly; SameSite=Lax", False, False, ""),
        ("JSESSIONID=x", True, False, "HttpOnly, Secure, SameSite"),
        ("who=x; httponly; samesite=lax; secure", True, True, ""),
        ("who=x", False, True, "HttpOnly, SameSite"),
        ("who=x", False, False, ""),
        ("csrftoken=x", True, True, ""),
        ("sessionid=; Max-Age=0", True, True, ""),
        ("sessionid", True, True, ""),
    ],
)
def test_a_session_cookie_without_a_flag_is_noted(
    line: str, is_https: bool, after_password: bool, missing: str
) -> None:
    expected = (f"cookie {line.partition('=')[0]} is set without {missing}",) if missing else ()
    assert notes((line,), is_https, after_password) == expected


def test_a_name_that_may_be_random_and_a_value_are_not_shown() -> None:
    told = notes(("sess_8f3a9=canary",), True, True) + refusals(("sess_8f3a9=canary; Secure",), False)
    assert told == (
        "a cookie is set without HttpOnly, Secure, SameSite",
        "a cookie is not kept by browsers: it is Secure, and this is plain http",
    )


def test_a_cookie_for_another_domain_is_noted_as_not_kept() -> None:
    (told,) = refusals(("sid=canary; Domain=example.org",), True)
    assert told.startswith("cookie sid is not kept by browsers: its Domain")
