from collections import Counter
from random import Random

from school.people import invent


def test_two_hundred_people_are_the_school_of_the_reports() -> None:
    people = invent(200, Random(1))
    roles = Counter(person.role for person in people if not person.monitor)
    assert roles == {"student": 180, "teacher": 16, "staff": 4}
    assert [person.username for person in people if person.monitor] == ["monitor"]


def test_the_same_seed_makes_the_same_people_and_user_names_differ() -> None:
    people = invent(600, Random(7))
    assert people == invent(600, Random(7))
    assert len({person.username for person in people}) == 601
    assert all(person.username.isascii() and person.username == person.username.lower() for person in people)


def test_a_tiny_school_still_has_a_teacher_and_an_office() -> None:
    assert {person.role for person in invent(4, Random(1))} == {"student", "teacher", "staff"}
