"""The names examination with the machine's own resolver."""

from __future__ import annotations

from doorward.diagnose.examinations.names import examine_names
from doorward.diagnose.examined import NamesExamined, NotExamined
from doorward.diagnose.examinee import Address, Examinee
from doorward.model.service import Role


def examined(**told: object) -> NamesExamined:
    result = examine_names(Examinee("auth", Role.PROVIDER, **told))  # type: ignore[arg-type]
    assert isinstance(result, NamesExamined)
    return result


def test_each_name_is_resolved_once_and_literals_are_passed_over() -> None:
    result = examined(
        address=Address("localhost", 80), health_url="http://localhost/healthz", store="redis://127.0.0.1:1/0"
    )
    assert [name for name, _ in result.addresses] == ["localhost"]
    assert result.addresses[0][1] >= 1
    assert result.lost == ()


def test_names_that_stand_for_nothing_are_lost_and_do_not_hide_the_others() -> None:
    # RFC 6761 section 6.4: `invalid` never resolves; a label holds 63 characters at most.
    long = "x" * 64 + ".invalid"
    result = examined(address=Address("localhost", 80), upstream=("https://nobody.invalid/", f"https://{long}/"))
    assert result.lost == ("nobody.invalid", long)


def test_addresses_alone_need_no_names() -> None:
    told = Examinee("auth", Role.PROVIDER, address=Address("::1", 80), health_url="http://[::1]/healthz")
    result = examine_names(told)
    assert isinstance(result, NotExamined)
    assert not result.applies
