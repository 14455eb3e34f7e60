"""The page on metrics names every one of them as it is."""

from __future__ import annotations

from pathlib import Path

from doorward.watch.metric_names import METRICS

PAGE = (Path(__file__).parents[2] / "docs" / "watching.md").read_text()


def test_each_metric_stands_on_the_page_with_its_labels() -> None:
    for metric in METRICS:
        row = f"| `{metric.name}` | {metric.type} | {', '.join(metric.labels)} | {metric.says} |"
        assert row in PAGE


def test_names_follow_the_custom_of_prometheus() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("doorward_")
        assert (metric.type == "counter") == metric.name.endswith("_total")
