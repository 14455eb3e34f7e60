"""Children of a rehearsal: what they say, how they fail, and that they end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from doorward.check.rehearsal.workers import Answer, Interpreter, answer, running

TALKS = """
import json, sys
json.loads(sys.stdin.readline())
print(json.dumps({"port": 7}), flush=True)
sys.stdin.read()
"""
SPAWNS = """
import json, subprocess
child = subprocess.Popen(["sleep", "60"])
print(json.dumps({"port": child.pid}), flush=True)
child.wait()
"""


def interpreter(folder: Path, code: str) -> Interpreter:
    (folder / "child.py").write_text(code)
    return Interpreter(sys.executable, folder / "child.py", folder, os.environ)


def test_a_child_answers_with_one_line_and_ends_with_the_block(tmp_path: Path) -> None:
    with running(interpreter(tmp_path, TALKS), {}) as child:
        assert answer(child) == Answer(port=7)
        assert child.poll() is None
    assert child.returncode is not None


def test_what_a_child_has_started_ends_with_it(tmp_path: Path) -> None:
    with running(interpreter(tmp_path, SPAWNS), {}) as child:
        started = psutil.Process(answer(child).port)
    assert psutil.wait_procs([started], timeout=5)[1] == []


def test_a_child_ends_by_itself_when_nobody_speaks_to_it_any_more(tmp_path: Path) -> None:
    with running(interpreter(tmp_path, TALKS), {}) as child:
        answer(child)
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(timeout=5) == 0


@pytest.mark.parametrize(("code", "failure"), [("", "ProcessEnded"), ("import time; time.sleep(60)", "TimeLimit")])
def test_a_child_without_an_answer_has_failed(tmp_path: Path, code: str, failure: str) -> None:
    with running(interpreter(tmp_path, code), {}) as child:
        assert answer(child, limit_s=0.5 if failure == "TimeLimit" else 10).failure == failure
