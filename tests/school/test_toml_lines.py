import pytest

from school.toml_lines import index_lines, line_of

TEXT = '''\
name = "a [not a table]"   # [[nor this]]
text = """
[inside]
key = 1
"""
list = [
  "a",
  "b = 2",
]
after = 1

[session]
"quoted key" = 1
life.minutes = 3

[[client]]
id = "one"
[client.extra]
x = 1
[[client]]
id = 'two # no comment'
'''


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("name",), 1),
        (("text",), 2),
        (("list",), 6),
        (("after",), 10),
        (("session",), 12),
        (("session", "quoted key"), 13),
        (("session", "life"), 14),
        (("session", "life", "minutes"), 14),
        (("client",), 16),
        (("client", 0), 16),
        (("client", 0, "id"), 17),
        (("client", 0, "extra", "x"), 19),
        (("client", 1), 20),
        (("client", 1, "id"), 21),
    ],
)
def test_every_key_is_found_at_its_line(location: tuple[str | int, ...], line: int) -> None:
    assert index_lines(TEXT)[location] == line


def test_text_inside_strings_and_arrays_is_no_key() -> None:
    found = index_lines(TEXT)
    assert not {("inside",), ("key",), ("b",), ("nor this",)} & set(found)


def test_a_missing_key_stands_at_its_table_and_a_missing_table_nowhere() -> None:
    lines = index_lines(TEXT)
    assert line_of(lines, ("session", "engine")) == 12
    assert line_of(lines, ("nothing", "here")) is None
