"""Words that are known change no row, whatever the words."""

from __future__ import annotations

import json
import random

import msgspec

from doorward.systems.school.counted import Words, rows_of


def _chunk(seed: int, words: list[str | None]) -> bytes:
    chance = random.Random(seed)
    lines = [
        {
            "time": "2026-03-02T08:00:00Z",
            "event": chance.choice(("sign-in", "session")),
            "client": chance.choice(words),
            "reason": chance.choice((*words[:3], "ok")),
            "status": chance.choice((200, None)),
        }
        for _ in range(50)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def _shown(rows: list[object]) -> list[object]:
    return [msgspec.to_builtins(row) for row in rows]


def test_known_new_and_many_words_come_to_the_same_rows() -> None:
    words = Words()
    names: list[str | None] = [None, "é", "", *(f"client-{number}" for number in range(300))]
    for seed in range(40):
        chunk = _chunk(seed, names[: 1 + seed * 7])
        assert _shown([*words.rows_of(chunk)]) == _shown([*rows_of(chunk)])
        assert len(rows_of(chunk)) == 50


def test_a_line_that_is_not_the_schools_is_none_whatever_is_known() -> None:
    words = Words()
    chunk = _chunk(1, ["a", None])
    for bad in (b"{}\n", chunk.replace(b'"session"', b"null", 1), chunk.replace(b'"ok"', b"7", 1), b"\xff\n"):
        assert len(words.rows_of(chunk)) == 50
        assert words.rows_of(chunk + bad) == rows_of(chunk + bad) == []


def test_after_some_lessons_a_log_of_ever_new_words_is_decoded_as_any_other() -> None:
    words = Words()
    for number in range(30):
        assert len(words.rows_of(_chunk(number, [f"{number}"]))) == 50
    assert words._decode is None


def test_the_order_of_a_lines_fields_changes_no_row() -> None:
    words = Words()
    line = {"time": "2026-03-02T08:00:00Z", "event": "sign-in", "other": {"reason": 5}, "reason": "ok", "status": 200}
    for turned in range(len(line)):
        fields = list(line.items())
        chunk = json.dumps(dict(fields[turned:] + fields[:turned])).encode() + b"\n"
        assert _shown([*words.rows_of(chunk)]) == _shown([*rows_of(chunk)])
        assert len(words.rows_of(chunk)) == 1
