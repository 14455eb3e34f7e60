"""A form is made of a flat line with a time, and says which of its bytes may be others."""

from __future__ import annotations

import pytest

from doorward.log_line.forms import Roles, form_of

ROLES = Roles("time", ("person", "session"), frozenset({"event", "status"}))
TIME = b'"time":"2026-03-02T08:00:00.123Z"'
WHO = b'"person":"0123456789abcdef"'


def _free(line: bytes) -> list[bytes]:
    """The runs of bytes that may be others."""
    form = form_of(line, ROLES)
    assert form is not None
    shown = bytes(sign if not steady else 0 for sign, steady in zip(line + b"\n", form.steady, strict=True))
    return [run for run in shown.split(b"\0") if run]


def test_time_who_texts_and_numbers_are_free_and_all_else_is_steady() -> None:
    line = b"{" + TIME + b',"event":"sign-in","ok":true,"ms":13.5, "agent": "fox",' + WHO + b',"status":200}'
    assert _free(line) == [b"2026-03-02T08:00:00.123Z", b"13.5", b"fox", b"0123456789abcdef"]
    form = form_of(line, ROLES)
    assert form is not None
    assert form.who is not None
    assert line[slice(*form.time)] == b"2026-03-02T08:00:00.123Z"
    assert line[slice(*form.fraction)] == b"123"
    assert line[form.who :].startswith(b"0123456789abcdef")
    assert [line[slice(*span)] for span in form.numbers] == [b"13.5"]
    assert form.quotes == line.count(b'"')


def test_who_would_be_named_first_and_is_not_stays_unnamed() -> None:
    line = b"{" + TIME + b',"event":"x","person":"","session":"0123456789abcdef"}'
    assert _free(line) == [b"2026-03-02T08:00:00.123Z", b"0123456789abcdef"]
    form = form_of(line, ROLES)
    assert form is not None
    assert form.who == line.index(b"0123")
    nobody = form_of(b"{" + TIME + b',"person":null,"session":""}', ROLES)
    assert nobody is not None
    assert nobody.who is None


@pytest.mark.parametrize("number", [b"-1", b"1e5", b"123456789", b"007", b"1.", b"null", b"true"])
def test_what_is_no_short_number_is_steady(number: bytes) -> None:
    assert _free(b"{" + TIME + b',"ms":' + number + b"}") == [b"2026-03-02T08:00:00.123Z"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"event":"x"}',
        b'{"time":5}',
        b'{"time":"2026-03-02 08:00:00Z"}',
        b'{"time":"2026-03-02T08:00:00.1234567Z"}',
        b'{"time":"2026-03-02T08:00:00"}',
        b"{" + TIME + b"," + TIME + b"}",
        b"{" + TIME + b',"event":{"a":1}}',
        b"{" + TIME + b',"event":["a"]}',
        b"{" + TIME + b',"event":"a\\n"}',
        b"{" + TIME + b',"ev\\u0065nt":"a"}',
        b"{" + TIME + b',"event":"\xc3\xa9"}',
        b"{" + TIME + b',"person":"ada"}',
        b"{" + TIME + b"} ",
        b"{" + TIME + b"}{}",
        b"{" + TIME + b',"event":"' + b"x" * 512 + b'"}',
        b"{" + TIME + b',"a":1,"b":1,"c":1,"d":1,"e":1}',
    ],
)
def test_a_line_of_another_make_has_no_form(line: bytes) -> None:
    assert form_of(line, ROLES) is None
