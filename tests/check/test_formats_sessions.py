"""What is said of sessions, as people and machines read it."""

from __future__ import annotations

import pytest

from doorward.check import formats_sessions
from doorward.check.rollback import Helps
from doorward.check.verdict import SessionVerdict, Verdict

LOST = SessionVerdict("school:auth.toml", Verdict.LOST, "the cookie is renamed", Helps.YES, ("keep it",), 1204, 1204)
FINE = SessionVerdict("school:portal.toml", Verdict.HONOURED, "", Helps.NOT_NEEDED)


def test_a_person_reads_who_is_hurt_how_many_whether_a_rollback_helps_and_what_to_do() -> None:
    assert formats_sessions.text((LOST, FINE)) == [
        "What the change does to sessions",
        "sessions lost: the cookie is renamed · school:auth.toml",
        "         how many: 1,204 of 1,204 people signed in are signed out",
        "         rollback later: yes: they are signed in again",
        "         instead: keep it",
        "sessions honoured · school:portal.toml",
    ]


@pytest.mark.parametrize(
    ("verdict", "counted", "lost", "told"),
    [
        (Verdict.LOST, 1, 1, "1 of 1 person signed in is signed out"),
        (Verdict.NOT_SERVED, 2, 2, "2 of 2 people signed in meet an error"),
        (Verdict.IN_PART, 5, 1, "1 of 5 people signed in is signed out"),
        (Verdict.IN_PART, 5, None, "some of 5 people signed in"),
        (Verdict.UNKNOWN, 5, None, "not known, of 5 people signed in"),
        (Verdict.HONOURED, 5, 0, "nobody of 5 people signed in loses a session"),
        (Verdict.LOST, None, None, "not known; say a number or count them: --sessions"),
    ],
)
def test_how_many_is_said_in_words_that_fit_the_number(
    verdict: Verdict, counted: int | None, lost: int | None, told: str
) -> None:
    one = SessionVerdict("a:b", verdict, "", Helps.UNKNOWN, (), counted, lost)
    assert f"how many: {told}" in "\n".join(formats_sessions.text((one,)))


def test_a_machine_reads_the_worst_first_and_the_others_beside_it() -> None:
    assert formats_sessions.table((FINE, LOST)) == {
        "target": "school:auth.toml",
        "verdict": "lost",
        "reason": "the cookie is renamed",
        "counted": 1204,
        "lost": 1204,
        "rollback": "yes: they are signed in again",
        "instead": ["keep it"],
        "others": [
            {
                "target": "school:portal.toml",
                "verdict": "honoured",
                "reason": None,
                "counted": None,
                "lost": None,
                "rollback": "not needed: nobody lost a session",
                "instead": [],
            }
        ],
    }


def test_where_nothing_was_compared_nothing_is_said() -> None:
    assert (formats_sessions.text(()), formats_sessions.table(())) == ([], {})
