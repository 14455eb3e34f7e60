"""JSON to the letter is read like JSON5, only faster; whatever is not is left to the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.systems.keycloak import json5, plain_json

CASES = sorted((Path(__file__).parents[2] / "cases" / "keycloak").glob("*/realm.json"))
HARD = (
    '{"a": {}, "b": [], "c": [{}, {"d": [[{"e": 1}]]}], "f": "x\\": {", "g": [1, "h:", null]}',
    '[\n{"realm": "a",\n "clients": [{"clientId": "\\\\"},\n\n{"clientId": "b"}]},\n {"realm":\n"c"}\n]',
    "{}",
    '"text"',
)


@pytest.mark.parametrize("text", [*HARD, *(path.read_text() for path in CASES[::8])])
def test_both_readers_find_the_same_values_at_the_same_lines(text: str) -> None:
    read = plain_json.parse(text)
    assert read is not None
    value, lines = json5.parse(text, "realm.json")
    assert read[0] == value
    assert {pointer: lines[pointer] for pointer in read[1]} == read[1]
    assert {pointer for pointer in lines if not pointer.endswith("]")} <= set(read[1])


@pytest.mark.parametrize(
    "text",
    [
        "{a: 1}",
        '{"a": 1,}',
        "// note\n{}",
        '{"a": 1',
        "",
        '{"a": {"b": 1}, "a": 2}',
        "[" * 5000 + "]" * 5000,
        "9" * 9999,
    ],
    ids=["bare-key", "comma", "comment", "unfinished", "empty", "twice", "deep", "long-number"],
)
def test_what_is_not_json_to_the_letter_is_left_to_the_other_reader(text: str) -> None:
    assert plain_json.parse(text) is None


def test_a_number_of_any_length_is_read() -> None:
    assert json5.parse("9" * 9999, "realm.json")[0] == float("inf")
