"""The directory examination against a small server that speaks the first bytes of LDAP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doorward.diagnose.examinations.directory import examine_directory, result_code
from doorward.diagnose.examined import DirectoryExamined, NotExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

Start = Callable[[Callable[[bytes], bytes]], int]
BOUND = bytes.fromhex("300c02010161070a010004000400")
# The same with lengths of four bytes, as Active Directory writes them.
REFUSED_LONG = bytes.fromhex("3084000000100201016184000000070a013004000400")


def examined(port: int) -> DirectoryExamined:
    result = examine_directory(Examinee("auth", Role.PROVIDER, ldap=f"ldap://127.0.0.1:{port}"))
    assert isinstance(result, DirectoryExamined)
    return result


def test_a_directory_that_binds_anybody_answers_nought(answering: Start) -> None:
    asked: list[bytes] = []

    def talk(received: bytes) -> bytes:
        asked.append(received)
        return BOUND

    assert examined(answering(talk)).code == 0
    assert asked == [bytes.fromhex("300c020101600702010304008000")]


def test_a_refusal_is_an_answer(answering: Start) -> None:
    result = examined(answering(lambda _: REFUSED_LONG))
    assert (result.code, result.problem) == (48, "")


def test_what_is_no_ldap_and_what_is_gone_has_no_code(answering: Start, unused_port: int) -> None:
    assert examined(answering(lambda _: b"220 mail ready\r\n")).problem == "what it answers is not LDAP"
    assert examined(answering(lambda _: b"")).problem == "what it answers is not LDAP"
    assert examined(unused_port).problem == "Connection refused"


@pytest.mark.parametrize("length", range(len(BOUND)))
def test_an_answer_that_is_cut_off_has_no_code_or_the_right_one(length: int) -> None:
    assert result_code(BOUND[:length]) in (None, 0)


@pytest.mark.parametrize(("ldap", "applies"), [("", False), ("http://127.0.0.1:1", True)])
def test_without_a_directory_it_is_not_examined(ldap: str, applies: bool) -> None:
    result = examine_directory(Examinee("auth", Role.PROVIDER, ldap=ldap))
    assert isinstance(result, NotExamined)
    assert result.applies is applies
