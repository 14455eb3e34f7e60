"""The little PDF: its cross-reference table must point at its objects, or readers call it broken."""

import re

from school.portal.paper import pdf


def test_every_offset_points_at_its_object() -> None:
    data = pdf("Cadences", ("Perfect, plagal.", "Sing the bass first."))
    start = int(re.search(rb"startxref\n(\d+)\n", data)[1])  # type: ignore[index]
    assert data[start : start + 4] == b"xref"
    offsets = re.findall(rb"^(\d{10}) 00000 n ", data, re.M)
    assert [data[int(offset) :].split(b"\n", 1)[0] for offset in offsets] == [b"%d 0 obj" % n for n in range(1, 6)]


def test_the_length_of_the_content_is_true() -> None:
    data = pdf("T", ("one line",))
    length = int(re.search(rb"/Length (\d+)", data)[1])  # type: ignore[index]
    content = data.split(b"stream\n", 1)[1]
    assert content[length : length + 10] == b"\nendstream"


def test_brackets_and_letters_beyond_latin_1_do_not_break_the_text() -> None:
    data = pdf("f(x) = \\x", ("10 €", "日"))
    assert rb"(f\(x\) = \\x) Tj" in data
    assert b"(10 \x80) Tj" in data
    assert b"(?) Tj" in data
