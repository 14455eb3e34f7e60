"""What becomes of a session that was made before the change: the same answer as the rules give, with its reason."""

from __future__ import annotations

import pytest

from doorward import check
from doorward.check.survival import Lost, MadeSession, survives
from doorward.model.finding import Severity, What
from tests.check.cases import Case, cases, read

# Findings of a file by itself (two starts, two workers, a middleware chain) say more than a change can.
_CHANGES = [
    pytest.param(case, id=case.name, marks=pytest.mark.xdist_group(case.name))
    for case in cases()
    if case.against and case.kind == "django"
]
_OF_THE_FILE = {"COOKIE-02", "KEY-03", "STORE-05", "START-01", "START-02", "HOST-01", "PATH-01", "PATH-02", "PATH-03"}
_NOT_OF_SESSIONS = {"ENV-01", "HOST-03", "KEY-04", "PROXY-01", "PROXY-02", "PROXY-04"}


@pytest.mark.parametrize("case", _CHANGES)
def test_a_session_survives_where_no_rule_says_that_people_are_signed_out(case: Case) -> None:
    assert case.against is not None
    old = read(case.kind, case.against, case.public_url, case.forwarded)
    new = read(case.kind, case.subject, case.public_url, case.forwarded)
    signed_out = (
        {
            f.rule
            for f in check.findings(new, old)
            if f.severity is Severity.OUTAGE and What.EXISTING_SESSION in f.effect.what
        }
        - _OF_THE_FILE
        - _NOT_OF_SESSIONS
    )
    assert (survives(old, new, MadeSession()) is not None) == bool(signed_out)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("session_cookie_renamed", Lost.COOKIE_NAME),
        ("key_replaced", Lost.SIGNING_KEY),
        ("key_rotated", None),
        ("engine_changed_to_cookies", Lost.ENGINE),
        ("engine_with_a_cache_in_front", None),
        ("serializer_gone", Lost.STORE_BROKEN),
        ("serializer_of_another_kind", Lost.SERIALIZER),
        ("database_is_another", Lost.PLACE),
        ("backend_replaced_by_its_own_kind", Lost.BACKEND),
        ("accounts_of_another_kind", Lost.ACCOUNTS),
    ],
)
def test_the_reason_is_named(name: str, reason: Lost | None) -> None:
    old, new = read("django", "base", None, ()), read("django", f"{name}.settings", None, ())
    assert survives(old, new, MadeSession()) is reason


def test_a_session_of_a_backend_that_stays_survives_while_another_goes() -> None:
    old, new = read("django", "backend_added.settings", None, ()), read("django", "base", None, ())
    assert survives(old, new, MadeSession("django.contrib.auth.backends.ModelBackend")) is None
    gone = MadeSession("django.contrib.auth.backends.AllowAllUsersModelBackend")
    assert survives(old, new, gone) is Lost.BACKEND
