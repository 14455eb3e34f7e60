"""The rule file is one that Prometheus reads, over metrics that Doorward shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from doorward.watch import metric_names as names
from doorward.watch.alert_rules import RULES, rule_file

KNOWN = {metric.name: metric for metric in names.METRICS}


def test_it_has_the_shape_of_a_rule_file() -> None:
    read = yaml.safe_load(rule_file("https://doorward.example.com/"))
    assert set(read) == {"groups"}
    (group,) = read["groups"]
    assert set(group) == {"name", "rules"}
    assert len(group["rules"]) == len(RULES) == len({rule["alert"] for rule in group["rules"]})
    for rule in group["rules"]:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rule["alert"])
        assert re.fullmatch(r"\d+[smh]", rule["for"])
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["runbook"]
        assert rule["annotations"]["dashboard"] == "https://doorward.example.com/"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_a_rule_speaks_of_metrics_and_labels_that_are_shown(rule: object) -> None:
    assert isinstance(rule, type(RULES[0]))
    used = re.findall(r"doorward_\w+", rule.expr)
    assert used
    assert set(used) <= set(KNOWN)
    labels = set(re.findall(r"\$labels\.(\w+)", rule.summary)) | set(re.findall(r"(\w+)=~", rule.expr))
    assert labels <= set(KNOWN[used[0]].labels)


def test_promtool_reads_it(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    (tmp_path / "rules.yml").write_text(rule_file())
    done = subprocess.run([promtool, "check", "rules", tmp_path / "rules.yml"], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
