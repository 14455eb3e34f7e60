"""Process and host: is the process of the pid file alive, how is it, and has its host room?"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import replace
from pathlib import Path

import psutil

from doorward.diagnose.examinations.fetch import fetch, usable
from doorward.diagnose.examined import Examination, HostExamined, NotExamined, ProcessExamined
from doorward.diagnose.examinee import Address, Examinee

# Long enough that a busy worker's CPU time moves by several of the kernel's 10 ms ticks.
CPU_SAMPLE_S = 0.2
# A pid file is written by the process it names; one that is older than its process names another one (a reused pid).
PID_FILE_SLACK_S = 2.0
# A process that is well answers its health path within milliseconds.
OWN_ANSWER_S = 1.0
_MIB = 1024 * 1024
# Who listens at every address of the host is asked at its loopback.
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def examine_process(examinee: Examinee) -> ProcessExamined | NotExamined:
    """Look the pid up, and sum the figures of the process and its children."""
    if examinee.pid_file is None:
        return NotExamined(Examination.PROCESS, examinee.component, "no pid file is configured", applies=False)
    try:
        text = examinee.pid_file.read_text(encoding="ascii", errors="replace").strip()
        written_at = examinee.pid_file.stat().st_mtime
    except FileNotFoundError:
        because = f"there is no {examinee.pid_file.name}: the process was never started or ended in good order"
        return _not_examined(Examination.PROCESS, examinee, because)
    except OSError as error:
        return _not_examined(Examination.PROCESS, examinee, f"the pid file does not read ({error.strerror})")
    if not text.isdigit() or int(text) == 0:
        return _not_examined(Examination.PROCESS, examinee, "the pid file holds no process id")
    found = _process(examinee.component, int(text), written_at)
    return _at_its_own_place(examinee, found) if isinstance(found, ProcessExamined) and found.alive else found


def pid_of(examinee: Examinee) -> int | None:
    """The process id that the pid file names, None where it names none."""
    try:
        text = examinee.pid_file.read_text(encoding="ascii", errors="replace").strip() if examinee.pid_file else ""
    except OSError:
        return None
    return int(text) if text.isdigit() and int(text) else None


def _at_its_own_place(examinee: Examinee, found: ProcessExamined) -> ProcessExamined:
    """Ask the process's health path where it listens itself, past every proxy: where it answers there and not at the
    address that people use, the way to it is at fault."""
    url, own = usable(examinee.health_url), own_address(examinee, found.pid)
    if url is None or own is None:
        return found
    place = str(own)
    answer = fetch(url._replace(scheme="http", netloc=place), OWN_ANSWER_S)
    return replace(found, own_place=place, own_status=answer.status, own_ms=answer.ms)


def own_address(examinee: Examinee, pid: int) -> Address | None:
    """Where the process listens itself, past everything before it; None if that is where people ask, or not told."""
    own = _listens(pid)
    if own is None or _is_where_people_ask(own, examinee.address):
        return None
    return Address(_LOOPBACK.get(own.host, own.host), own.port)


def _is_where_people_ask(own: Address, address: Address | None) -> bool:
    """Whether that place is the address, as far as this host can tell: by port, and host if that is ours."""
    if address is None or own.port != address.port:
        return False
    ours = {one.address for each in psutil.net_if_addrs().values() for one in each}
    return address.host not in ours or own.host in (address.host, *_LOOPBACK)


def _listens(pid: int) -> Address | None:
    """Where the process or one of its workers listens, by the lowest port; None if none is told."""
    try:
        process = psutil.Process(pid)
        tree = (process, *process.children(recursive=True))
        found = [
            (c.laddr.port, c.laddr.ip)
            for member in tree
            for c in member.net_connections("tcp")
            if c.status == psutil.CONN_LISTEN
        ]
    except (psutil.Error, OSError):
        return None
    if not found:
        return None
    port, host = min(found)
    return Address(host, port)


def examine_host(examinee: Examinee) -> HostExamined | NotExamined:
    """Room on the disk of the component's directory, memory, and the one-minute load against the cores."""
    if examinee.directory is None:
        because = "no directory on this host is configured"
        return NotExamined(Examination.HOST, examinee.component, because, applies=False)
    try:
        disk, system = psutil.disk_usage(str(examinee.directory)), os.statvfs(examinee.directory)
    except OSError as error:
        return _not_examined(Examination.HOST, examinee, f"its directory does not read ({error.strerror})")
    memory = psutil.virtual_memory()
    cores = psutil.cpu_count() or 1
    return HostExamined(
        component=examinee.component,
        disk_free_share=disk.free / disk.total if disk.total else 0.0,
        disk_free_mib=disk.free / _MIB,
        memory_available_share=memory.available / memory.total,
        load_per_core=os.getloadavg()[0] / cores,
        cores=cores,
        busy_share=psutil.cpu_percent(interval=CPU_SAMPLE_S) / 100,
        gone=() if examinee.log is None or examinee.log.parent.is_dir() else ("log",),
        files_free_share=system.f_favail / system.f_files if system.f_files else None,
        read_only=bool(system.f_flag & os.ST_RDONLY),
    )


def _not_examined(examination: Examination, examinee: Examinee, because: str) -> NotExamined:
    return NotExamined(examination, examinee.component, because)


def _process(component: str, pid: int, written_at: float) -> ProcessExamined | NotExamined:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return ProcessExamined(component, pid, alive=False, note="it has ended and waits to be reaped")
        if process.create_time() > written_at + PID_FILE_SLACK_S:
            return ProcessExamined(component, pid, alive=False, note="its id now belongs to a younger process")
        return _figures(component, process)
    except psutil.NoSuchProcess:
        return ProcessExamined(component, pid, alive=False, note="no process has its id")
    except psutil.AccessDenied:
        return NotExamined(Examination.PROCESS, component, "this account may not look at the process")


def _figures(component: str, process: psutil.Process) -> ProcessExamined:
    children = process.children(recursive=True)
    tree = (process, *children)
    ages = _ages_s(children)
    before, began = _cpu_s(tree), time.monotonic()
    time.sleep(CPU_SAMPLE_S)
    cpu_share = (_cpu_s(tree) - before) / (time.monotonic() - began)
    return ProcessExamined(
        component=component,
        pid=process.pid,
        alive=True,
        uptime_s=time.time() - process.create_time(),
        cpu_share=max(0.0, cpu_share),
        memory_share=sum(_memory_share(member) for member in tree),
        open_files=max((_open_files(member) for member in tree), default=0),
        open_files_limit=_open_files_limit(process),
        workers=len(children),
        stopped=sum(_is_stopped(member) for member in tree),
        full_files=tuple(sorted({name for member in tree for name in _full_files(member)})),
        youngest_s=min(ages, default=None),
        oldest_s=max(ages, default=None),
    )


def _ages_s(processes: list[psutil.Process]) -> list[float]:
    ages = []
    for process in processes:
        with contextlib.suppress(psutil.Error):  # one that ends meanwhile has none
            ages.append(time.time() - process.create_time())
    return ages


def _full_files(process: psutil.Process) -> list[str]:
    """Names of the files that it writes and may not let grow (RLIMIT_FSIZE: a write beyond it fails, or ends it)."""
    try:
        most = process.rlimit(psutil.RLIMIT_FSIZE)[0]
        if most == psutil.RLIM_INFINITY:
            return []
        written = {Path(one.path) for one in process.open_files() if one.mode != "r"}
        return [path.name for path in written if path.stat().st_size >= most]
    except (psutil.Error, OSError, AttributeError):  # only Linux and FreeBSD tell
        return []


def _is_stopped(process: psutil.Process) -> bool:
    try:
        return process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    except psutil.Error:
        return False


def _cpu_s(tree: tuple[psutil.Process, ...]) -> float:
    total = 0.0
    for member in tree:
        try:
            times = member.cpu_times()
        except psutil.Error:  # a worker that ends meanwhile counts for nothing
            continue
        total += times.user + times.system
    return total


def _memory_share(process: psutil.Process) -> float:
    try:
        return float(process.memory_percent()) / 100
    except psutil.Error:
        return 0.0


def _open_files(process: psutil.Process) -> int:
    try:
        return process.num_fds()
    except psutil.Error:
        return 0


def _open_files_limit(process: psutil.Process) -> int | None:
    try:
        return process.rlimit(psutil.RLIMIT_NOFILE)[0]
    except (psutil.Error, AttributeError):  # only Linux and FreeBSD tell
        return None
