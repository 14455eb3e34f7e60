"""The cluster engine: the partial aggregate on Spark by `mapInArrow`, and merged there by the same function.

In: paths that all workers can read, and how to count. Out: the table that the embedded engine makes of them. Spark cuts
the files, moves the rows of a stretch of time to one worker and restarts what is lost; it counts nothing by itself.
Needs the extra `doorward[spark]` and Java. The hash key goes to the workers with the task: treat them as you treat us.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from doorward.errors import CapabilityMissing
from doorward.watch.partial_counts import Counting, Partial, merged
from doorward.watch.partial_rows import SCHEMA, rows_of
from doorward.watch.past import component_of

# Windows whose rows go to one worker together: a file's neighbouring pieces share few windows only.
STRETCH_WINDOWS = 360
_COLUMNS = "component string, told string, window bigint, verdict string, client string, count bigint, people binary"


def counted(paths: Iterable[Path], counting: Counting, session: Any = None) -> pa.Table:
    """The counts of whole files; a session of ours on this machine's cores unless one is given. Raises
    CapabilityMissing without pyspark."""
    _spark("pandas")  # Spark asks for it before it hands out Arrow, and does not use it here.
    functions = _spark("pyspark.sql.functions")
    used = local_session() if session is None else session
    lines = used.read.text([str(path) for path in paths], lineSep="\n").select("value", functions.input_file_name())
    parts = lines.mapInArrow(_partials(counting), _COLUMNS)
    stretch = functions.floor(functions.col("window") / STRETCH_WINDOWS)
    rows = parts.groupBy("component", stretch).applyInArrow(_merges(counting), _COLUMNS)
    # Bounds that hold over all windows, and the order, are the last merge's.
    return merged([rows.toArrow().cast(SCHEMA)], counting)


def local_session(cores: int | None = None) -> Any:
    """A session on this machine, on the loopback address; its workers run this interpreter."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = _spark("pyspark.sql").SparkSession.builder.master(f"local[{cores or '*'}]").appName("doorward")
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _partials(counting: Counting) -> Any:
    """What a worker does: batches of lines, each with its file, to the rows of one partial aggregate a component."""

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        made: dict[str, Partial] = {}
        for batch in batches:
            lines, files = batch.column(0).cast(pa.binary()), batch.column(1).dictionary_encode()
            for number, file in enumerate(files.dictionary.to_pylist()):
                mine = lines.filter(pc.equal(files.indices, number)) if len(files.dictionary) > 1 else lines
                component = component_of(Path(unquote(file)))
                if component not in made:
                    made[component] = Partial(component, counting)
                made[component].add_lines(b"\n".join(mine.to_pylist()))
        for partial in made.values():
            yield from partial.table().to_batches()

    return count


def _merges(counting: Counting) -> Any:
    """What a worker does with all rows of a component and a stretch of time."""

    def merge(table: pa.Table) -> pa.Table:
        made = Partial(table["component"][0].as_py(), counting)
        made.absorb(rows_of(table))
        return made.table()

    return merge


def _spark(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise CapabilityMissing(
            "the Spark engine needs pyspark", fix="pip install 'doorward[spark]', and Java"
        ) from None
