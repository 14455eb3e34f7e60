"""The rows of a partial aggregate, and the Arrow table that they are: what live, batch and cluster hand to one another.

`told` is empty for a row of counts; else it says what the row counts instead, and the segment is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("component", pa.string()),
        ("told", pa.string()),
        ("window", pa.int64()),
        ("verdict", pa.string()),
        ("client", pa.string()),
        ("count", pa.int64()),
        ("people", pa.binary()),
    ]
)
TOLD = ("late", "unparsed", "probe", "silent")
Row = tuple[str, str, int, str, str | None, int, bytes]


def table_of(rows: list[Row]) -> pa.Table:
    """Rows as Arrow, by `SCHEMA`."""
    columns: Sequence[Sequence[object]] = list(zip(*rows, strict=True)) if rows else [()] * len(SCHEMA)
    return pa.Table.from_arrays(
        [_column(list(column), kind.type) for column, kind in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def rows_of(table: pa.Table | pa.RecordBatch) -> Iterable[Row]:
    """The rows of a table."""
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def numbers(values: Iterable[int]) -> pa.Array:
    """Whole numbers as Arrow."""
    return _column(list(values), pa.int64())


def text(value: str) -> pa.Scalar:
    """A text as Arrow."""
    return _column([value], pa.string())[0]


def _column(values: list[object], kind: pa.DataType) -> pa.Array:
    """By its buffers: `pyarrow.array` and `scalar` load pandas where it is installed, for half a second and 50 MB."""
    if kind == pa.int64():
        return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.array(values, dtype=np.int64))])
    texts = [_bytes(value) for value in values]
    offsets = np.zeros(len(texts) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    known = np.packbits([value is not None for value in values], bitorder="little") if None in values else None
    buffers = [known if known is None else pa.py_buffer(known), pa.py_buffer(offsets), pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(kind, len(texts), buffers)


def _bytes(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return value if isinstance(value, bytes) else b""
