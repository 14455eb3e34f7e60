"""What is said of sessions over real settings: verdict, reason, how many people; and nothing that is guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from doorward import check
from doorward.check.rollback import Helps
from doorward.check.signed_in import said
from doorward.check.verdict import SessionVerdict, Verdict, verdict
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie, SigningKey, Where
from tests.check.cases import read

TODAY = date(2026, 11, 22)
PEOPLE = said(1204)


def _verdict(old: Configuration, new: Configuration) -> SessionVerdict:
    stood = {one.fingerprint for one in check.findings(old)}
    brought = [one for one in check.findings(new, old) if one.fingerprint not in stood]
    return verdict(old, new, brought, PEOPLE, TODAY)


def _django(name: str, old: str = "base") -> SessionVerdict:
    return _verdict(read("django", old, None, ()), read("django", name, None, ()))


@pytest.mark.parametrize(
    ("name", "told", "lost", "rollback"),
    [
        ("key_replaced.settings", Verdict.LOST, 1204, Helps.YES),
        ("key_rotated.settings", Verdict.HONOURED, 0, Helps.MEANTIME),
        ("session_cookie_renamed.settings", Verdict.LOST, 1204, Helps.YES),
        ("engine_changed_to_cookies.settings", Verdict.LOST, 1204, Helps.COOKIE),
        ("life_longer.settings", Verdict.HONOURED, 0, Helps.NOT_NEEDED),
        ("serializer_gone.settings", Verdict.NOT_SERVED, 1204, Helps.YES),
        ("raises_on_import.settings", Verdict.NOT_SERVED, 1204, Helps.YES),
        ("person_taken_out.settings", Verdict.NOT_SERVED, 1204, Helps.YES),
        ("dependency_missing.settings", Verdict.UNKNOWN, None, Helps.UNKNOWN),
    ],
)
def test_the_verdict_over_django_settings(name: str, told: Verdict, lost: int | None, rollback: Helps) -> None:
    found = _django(name)
    assert (found.verdict, found.lost, found.rollback, found.counted) == (told, lost, rollback, 1204)
    assert bool(found.reason) == (told is not Verdict.HONOURED)
    assert bool(found.instead) == (told in (Verdict.LOST, Verdict.NOT_SERVED) and name != "raises_on_import.settings")


def test_a_former_key_that_is_dropped_is_a_loss_of_some_and_nobody_can_count_them() -> None:
    found = _django("former_key_dropped.settings", "former_key_dropped.old")
    assert (found.verdict, found.lost) == (Verdict.IN_PART, None)


def test_a_backend_that_goes_while_another_stays_is_a_loss_of_some() -> None:
    found = _django("base", "backend_added.settings")
    assert (found.verdict, found.lost, found.rollback) == (Verdict.IN_PART, None, Helps.YES)


def _keyed(digest: str | None, name: str | None = "sessionid") -> Configuration:
    """The base with that key and cookie; None = the file does not tell."""
    base = read("django", "base", None, ())
    kept = tuple(one for one in base.facts if not isinstance(one, SigningKey | Cookie))
    told = (
        SigningKey(Where("base.py", 3, "SECRET_KEY"), "session", digest),
        Cookie(Where("base.py"), "session", name, None, "/", None, "Lax"),
    )
    return replace(base, facts=(*kept, *told))


def test_what_is_known_on_one_side_only_makes_the_verdict_unknown() -> None:
    assert _verdict(_keyed("a"), _keyed(None)).reason == "the signing key is known on one side only"
    assert _verdict(_keyed("a", None), _keyed("a")).verdict is Verdict.UNKNOWN


def test_what_neither_side_tells_is_a_condition() -> None:
    found = _verdict(_keyed(None), _keyed(None))
    assert (found.verdict, found.reason) == (
        Verdict.HONOURED,
        "if the signing key stays as it is, which no file tells",
    )


def test_of_a_kind_whose_sessions_are_elsewhere_nothing_is_guessed() -> None:
    realm = Configuration("dex", "dex.yaml", (), ())
    found = _verdict(realm, realm)
    assert (found.verdict, found.lost, found.rollback) == (Verdict.UNKNOWN, None, Helps.UNKNOWN)
