"""Spark and the embedded engine count the same."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doorward.errors import CapabilityMissing
from doorward.watch import partial_files, spark
from tests.watch.test_partial_counts import COUNTING, _log, _shown

HAS_SPARK = all(importlib.util.find_spec(name) for name in ("pyspark", "pandas")) and shutil.which("java") is not None
needs_spark = pytest.mark.skipif(not HAS_SPARK, reason="needs pyspark and pandas (make setup-all) and Java")


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    made = spark.local_session(2)
    made.sparkContext.setLogLevel("ERROR")
    yield made
    made.stop()


@needs_spark
def test_spark_counts_what_the_embedded_engine_counts(tmp_path: Path, session: Any) -> None:
    paths = [tmp_path / "auth.jsonl", tmp_path / "portal é.jsonl"]
    for seed, path in enumerate(paths):
        path.write_bytes(b"".join(_log(seed + 1)))
    # Small splits, so that the files are cut.
    session.conf.set("spark.sql.files.maxPartitionBytes", "20000")
    assert _shown(spark.counted(paths, COUNTING, session)) == _shown(partial_files.counted(paths, COUNTING, 1))


def test_without_spark_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(CapabilityMissing, match="pyspark"):
        spark.counted([tmp_path / "a"], COUNTING)
