"""What a process was given when it was started: its environment, known again by digests, and what it may use."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from doorward.diagnose.examinations.surroundings import examine_surroundings
from doorward.diagnose.examined import NotExamined
from doorward.diagnose.examined_process import SurroundingsExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role


@contextmanager
def started(folder: Path, **environment: str) -> Iterator[tuple[Examinee, int]]:
    """A process with that in its environment."""
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, **environment}) as child:
        deadline = time.monotonic() + 20
        while not psutil.Process(child.pid).environ():
            assert time.monotonic() < deadline
        path = folder / "auth.pid"
        path.write_text(str(child.pid))
        try:
            yield Examinee("auth", Role.PROVIDER, pid_file=path), child.pid
        finally:
            child.kill()


def looked(examinee: Examinee) -> SurroundingsExamined:
    """What is seen, which must be something."""
    result = examine_surroundings(examinee)
    assert isinstance(result, SurroundingsExamined)
    return result


def test_variables_that_came_or_changed_are_named_and_no_value_is_told(tmp_path: Path) -> None:
    with started(tmp_path, SHELL_COLOUR="green", API_TOKEN="s3cret-one", SHLVL="1") as (examinee, _):
        before = looked(examinee)
    with started(tmp_path, API_TOKEN="s3cret-two", SHLVL="2", SUDO_USER="root", HTTP_PROXY="http://127.0.0.1:9") as (
        examinee,
        _,
    ):
        now = looked(examinee)
    assert now.changed(before) == ("API_TOKEN", "HTTP_PROXY", "SHELL_COLOUR")
    assert now.changed(now) == now.changed(None) == ()
    assert "s3cret" not in f"{now} {now.environment}"


def test_a_certificate_that_a_variable_names_is_known_by_its_content_and_a_log_by_its_name(tmp_path: Path) -> None:
    bundle, log = tmp_path / "authorities.pem", tmp_path / "portal.log"
    bundle.write_text("one")
    with started(tmp_path, SSL_CERT_FILE=str(bundle), LOG_FILE=str(log)) as (examinee, _):
        before = looked(examinee)
        assert looked(examinee).changed(before) == ()
        bundle.write_text("another")
        log.write_text("a line")
        assert looked(examinee).changed(before) == ("SSL_CERT_FILE",)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets another process's limits be set")
def test_what_it_may_use_less_of_than_before_is_told(tmp_path: Path) -> None:
    with started(tmp_path) as (examinee, pid):
        before = looked(examinee)
        psutil.Process(pid).rlimit(resource.RLIMIT_CPU, (7, 7))
        psutil.Process(pid).nice(19)
        now = looked(examinee)
    found = {name: most for name, _, most in now.narrowed(before)}
    assert found["seconds of processor"] == 7
    assert found["priority"] == 1
    assert before.narrowed(now) == ()


def test_a_process_that_is_gone_or_not_named_is_not_examined(tmp_path: Path) -> None:
    with started(tmp_path) as (examinee, _):
        pass
    for one in (examinee, Examinee("auth", Role.PROVIDER)):
        result = examine_surroundings(one)
        assert isinstance(result, NotExamined)
        assert not result.applies
