"""Rows as Arrow and back."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from doorward.watch.partial_rows import SCHEMA, Row, rows_of, table_of

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_ROWS = st.lists(
    st.tuples(
        _TEXT,
        _TEXT,
        st.integers(-(2**62), 2**62),
        _TEXT,
        st.none() | _TEXT,
        st.integers(0, 2**62),
        st.binary(max_size=9),
    ),
    max_size=20,
)


@given(_ROWS)
def test_rows_come_back_as_they_were(rows: list[Row]) -> None:
    table = table_of(rows)
    table.validate(full=True)
    assert table.schema == SCHEMA
    assert list(rows_of(table)) == rows


def test_counting_does_not_load_pandas() -> None:
    program = """
import sys
from doorward.watch.partial_counts import Counting, Partial, merged
parts = []
for minute in range(3):
    made = Partial("auth", Counting("school", most_windows=2))
    made.add_lines(b'{"time":"2026-03-02T08:0%d:00Z","event":"sign-in","client":"a"}\\n{' % minute)
    parts.append(made.table())
assert merged(parts, made.counting).num_rows == 4, merged(parts, made.counting)
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
