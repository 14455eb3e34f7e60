"""The process examination on real children: one that runs, one that was killed, one whose id was given away."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from doorward.diagnose.examinations.process import examine_host, examine_process
from doorward.diagnose.examined import HostExamined, NotExamined, ProcessExamined
from doorward.diagnose.examinee import Address, Examinee
from doorward.model.service import Role


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits until it is ended."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()


def examinee(tmp_path: Path, text: str) -> Examinee:
    """A component whose pid file holds that text."""
    path = tmp_path / "auth.pid"
    path.write_text(text)
    return Examinee("auth", Role.PROVIDER, pid_file=path, directory=tmp_path)


def test_a_living_process_is_described_with_figures(tmp_path: Path, child: subprocess.Popen[bytes]) -> None:
    result = examine_process(examinee(tmp_path, f"{child.pid}\n"))
    assert isinstance(result, ProcessExamined)
    assert result.alive
    assert result.pid == child.pid
    assert result.uptime_s is not None
    assert 0 <= result.uptime_s < 60
    assert 0 < (result.memory_share or 0) < 1
    assert (result.open_files or 0) < (result.open_files_limit or 0)
    assert (result.workers, result.youngest_s, result.oldest_s) == (0, None, None)


def test_the_ages_of_its_workers_are_those_of_the_youngest_and_the_oldest(tmp_path: Path) -> None:
    code = "import subprocess, sys\nfor _ in range(2): subprocess.Popen([sys.executable, '-c', 'input()'])\ninput()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as master:
        deadline = time.monotonic() + 20
        while len(psutil.Process(master.pid).children()) < 2:
            assert time.monotonic() < deadline
        result = examine_process(examinee(tmp_path, f"{master.pid}\n"))
        assert master.stdin is not None
        master.stdin.write(b"\n\n\n")
    assert isinstance(result, ProcessExamined)
    assert result.workers == 2
    assert 0 <= (result.youngest_s or -1) <= (result.oldest_s or -1) < 60


def test_a_killed_process_is_dead_before_and_after_it_is_reaped(tmp_path: Path, child: subprocess.Popen[bytes]) -> None:
    asked = examinee(tmp_path, str(child.pid))
    child.send_signal(signal.SIGKILL)
    until = time.monotonic() + 5
    while not isinstance(result := examine_process(asked), ProcessExamined) or result.alive:
        assert time.monotonic() < until
    child.wait()
    result = examine_process(asked)
    assert isinstance(result, ProcessExamined)
    assert not result.alive
    assert result.note == "no process has its id"


def test_a_pid_that_a_younger_process_took_over_is_not_taken_for_alive(
    tmp_path: Path, child: subprocess.Popen[bytes]
) -> None:
    asked = examinee(tmp_path, str(child.pid))
    assert asked.pid_file is not None
    long_ago = time.time() - 3600
    os.utime(asked.pid_file, (long_ago, long_ago))
    result = examine_process(asked)
    assert isinstance(result, ProcessExamined)
    assert not result.alive
    assert "younger" in result.note


@pytest.mark.parametrize(("text", "because"), [("", "no process id"), ("abc", "no process id"), ("0", "no process id")])
def test_a_pid_file_that_names_no_process_says_so(tmp_path: Path, text: str, because: str) -> None:
    result = examine_process(examinee(tmp_path, text))
    assert isinstance(result, NotExamined)
    assert because in result.because


def test_a_missing_pid_file_and_an_unconfigured_one_are_told_apart(tmp_path: Path) -> None:
    missing = examine_process(Examinee("auth", Role.PROVIDER, pid_file=tmp_path / "none.pid"))
    unconfigured = examine_process(Examinee("auth", Role.PROVIDER))
    assert isinstance(missing, NotExamined)
    assert isinstance(unconfigured, NotExamined)
    assert (missing.applies, unconfigured.applies) == (True, False)


def test_the_host_is_described_with_shares(tmp_path: Path) -> None:
    result = examine_host(Examinee("auth", Role.PROVIDER, directory=tmp_path))
    assert isinstance(result, HostExamined)
    assert 0 <= result.disk_free_share <= 1
    assert 0 < result.memory_available_share <= 1
    assert result.cores >= 1


def test_a_directory_that_is_gone_cannot_be_examined(tmp_path: Path) -> None:
    assert isinstance(examine_host(Examinee("auth", Role.PROVIDER, directory=tmp_path / "gone")), NotExamined)


def test_a_process_that_a_signal_holds_is_alive_and_stopped(tmp_path: Path) -> None:
    held = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        os.kill(held.pid, signal.SIGSTOP)
        os.waitpid(held.pid, os.WUNTRACED)
        (tmp_path / "held.pid").write_text(str(held.pid))
        result = examine_process(Examinee("auth", Role.PROVIDER, pid_file=tmp_path / "held.pid"))
    finally:
        held.kill()
        held.communicate()
    assert isinstance(result, ProcessExamined)
    assert (result.alive, result.stopped) == (True, 1)


@pytest.mark.parametrize(
    ("bound", "itself", "there"),
    [("127.0.0.1", "127.0.0.1", ""), ("0.0.0.0", "127.0.0.1", ""), ("127.0.0.9", "127.0.0.9", "127.0.0.9")],
)
def test_a_process_is_asked_where_it_listens_itself_if_that_is_not_where_people_ask(
    tmp_path: Path, bound: str, itself: str, there: str
) -> None:
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", bound, "--directory", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline().split("port ")[1].split()[0])
        (tmp_path / "auth.pid").write_text(str(server.pid))
        front = Examinee(
            "auth",
            Role.PROVIDER,
            address=Address("127.0.0.1", 1),
            health_url="http://127.0.0.1:1/auth.pid",
            pid_file=tmp_path / "auth.pid",
        )
        result = examine_process(front)
        same = examine_process(replace(front, address=Address("127.0.0.1", port)))
    finally:
        server.kill()
        server.communicate()
    assert isinstance(result, ProcessExamined)
    assert isinstance(same, ProcessExamined)
    assert (result.own_place, result.own_status) == (f"{itself}:{port}", 200)
    assert same.own_place == (f"{there}:{port}" if there else "")


def test_a_file_that_may_not_grow_is_named(tmp_path: Path) -> None:
    log = tmp_path / "auth.jsonl"
    log.write_bytes(b"x" * 100)
    writing = f"f = open({str(log)!r}, 'ab'); print(flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", writing], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        asked = examinee(tmp_path, str(child.pid))
        free = examine_process(asked)
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (100, 100))
        full = examine_process(asked)
    finally:
        child.kill()
        child.communicate()
    assert isinstance(free, ProcessExamined)
    assert isinstance(full, ProcessExamined)
    assert (free.full_files, full.full_files) == ((), ("auth.jsonl",))


def test_a_log_whose_directory_is_gone_is_told(tmp_path: Path) -> None:
    there, gone = (
        examine_host(Examinee("auth", Role.PROVIDER, directory=tmp_path, log=tmp_path / name / "auth.jsonl"))
        for name in (".", "detached")
    )
    assert isinstance(there, HostExamined)
    assert isinstance(gone, HostExamined)
    assert (there.gone, gone.gone) == ((), ("log",))
