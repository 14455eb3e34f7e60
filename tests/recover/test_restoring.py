"""Putting files back and having a component take them: real files, a real process, real commands."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.errors import ActionRefused, SystemUnreachable
from doorward.recover.restoring import put_back, read_pid, run_command, send_signal

WAITS = (
    "import signal, sys\n"
    "signal.signal(signal.SIGHUP, lambda *_: sys.exit(7))\n"
    "print('ready', flush=True)\n"
    "signal.pause()\n"
)


def test_files_are_put_back_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/auth.toml").write_text("bad")
    put_back(tmp_path, {"conf/auth.toml": b"good", "extra.toml": b"new"})
    assert (tmp_path / "conf/auth.toml").read_bytes() == b"good"
    assert (tmp_path / "extra.toml").read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["auth.toml", "extra.toml"]


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o640])
def test_the_rights_of_the_present_file_are_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "auth.toml"
    path.write_text("bad")
    path.chmod(mode)
    put_back(tmp_path, {"auth.toml": b"good"})
    assert path.stat().st_mode & 0o777 == mode


def test_a_file_that_was_not_there_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    put_back(tmp_path, {"auth.toml": b"good"})
    assert (tmp_path / "auth.toml").stat().st_mode & 0o777 == 0o600


def test_behind_a_link_the_file_itself_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/auth.toml").write_text("bad")
    (tmp_path / "auth.toml").symlink_to("real/auth.toml")
    put_back(tmp_path, {"auth.toml": b"good"})
    assert (tmp_path / "auth.toml").is_symlink()
    assert (tmp_path / "real/auth.toml").read_bytes() == b"good"


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "auth.toml"
    contents = {letter * 200_000 for letter in (b"a", b"b")}
    path.write_bytes(b"a" * 200_000)
    seen: set[bytes] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for turn in range(30):
            put_back(tmp_path, {"auth.toml": b"ab"[turn % 2 : turn % 2 + 1] * 200_000})
    finally:
        stop.set()
        reader.join()
    assert seen <= contents


def test_what_cannot_be_written_is_refused_by_name_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "auth.toml").mkdir()
    (tmp_path / "auth.toml/in-the-way").write_text("")
    with pytest.raises(ActionRefused, match=r"auth\.toml cannot be written") as refused:
        put_back(tmp_path, {"auth.toml": b"good"})
    assert refused.value.problem.where == "auth.toml"
    assert [path.name for path in tmp_path.iterdir()] == ["auth.toml"]


def test_a_directory_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ActionRefused, match="No such file"):
        put_back(tmp_path, {"gone/auth.toml": b"good"})


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with status 7 when it is told to read its configuration again."""
    child = subprocess.Popen([sys.executable, "-S", "-c", WAITS], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    yield child
    child.kill()
    child.wait()
    child.stdout.close()


def test_a_running_process_gets_the_signal(tmp_path: Path, process: subprocess.Popen[bytes]) -> None:
    pid_file = tmp_path / "auth.pid"
    pid_file.write_text(f"{process.pid}\n")
    assert send_signal(pid_file, "HUP") == f"sent HUP to process {process.pid}"
    assert process.wait(10) == 7


def test_a_process_that_is_gone_is_unreachable(tmp_path: Path, process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    pid_file = tmp_path / "auth.pid"
    pid_file.write_text(str(process.pid))
    with pytest.raises(SystemUnreachable, match="no running process"):
        send_signal(pid_file, "HUP")


@pytest.mark.parametrize("text", ["", "auth", "0", "1", "-1", "-7", "99999999999999999999"])
def test_what_is_no_process_of_the_service_is_never_signalled(tmp_path: Path, text: str) -> None:
    pid_file = tmp_path / "auth.pid"
    pid_file.write_text(text)
    with pytest.raises(SystemUnreachable, match="no running process"):
        read_pid(pid_file)


def test_without_a_pid_file_the_component_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(SystemUnreachable) as unreachable:
        read_pid(tmp_path / "none.pid")
    assert unreachable.value.problem.where == str(tmp_path / "none.pid")


def test_a_pid_file_that_names_a_living_process_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.pid").write_text(f"{os.getpid()}\n")
    assert read_pid(tmp_path / "own.pid") == os.getpid()


def test_a_command_runs_in_the_components_directory_and_without_a_shell(tmp_path: Path) -> None:
    assert run_command(("touch", "one; touch two"), tmp_path, 10) == "ran touch"
    assert [path.name for path in tmp_path.iterdir()] == ["one; touch two"]


def test_a_command_that_fails_is_refused_with_its_status(tmp_path: Path) -> None:
    with pytest.raises(ActionRefused, match="ended with exit status 3"):
        run_command((sys.executable, "-S", "-c", "raise SystemExit(3)"), tmp_path, 10)


def test_a_command_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ActionRefused, match="did not run to its end: FileNotFoundError"):
        run_command(("no-such-command-here",), tmp_path, 10)


def test_a_command_that_does_not_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ActionRefused, match="TimeoutExpired"):
        run_command((sys.executable, "-S", "-c", "import signal; signal.pause()"), tmp_path, 0.2)
