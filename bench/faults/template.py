"""The school that every run begins with: set up once, with the logs of two minutes of people in it.

In: a directory. Out: in it `school/` (a site that is not served) and, where PostgreSQL is installed, `pgdata/` with the
same accounts. `lay_out` copies it and moves its logs to the present, so that Doorward has a past to begin with.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.faults.children import Children
from bench.faults.edit import change
from bench.faults.stores import ACCOUNT, DATABASE, PostgreSQL, programs
from doorward.review.drills.site import free_ports

ROOT = Path(__file__).parents[2]
PEOPLE = 200
_PAST_S = 120
# Sessions in the template live for eight hours.
_MOST_AGE_S = 4 * 3600
_AGE_S = 3 * 24 * 3600
_MARK = "made"
# What goes on between the last line of the past and the first of the present.
_GAP = timedelta(seconds=2)


def made(directory: Path) -> Path:
    """The template, made anew when there is none or when it is too old."""
    mark = directory / _MARK
    if mark.exists() and time.time() - mark.stat().st_mtime < _MOST_AGE_S:
        return directory
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    site = directory / "school"
    auth_port, portal_port = free_ports(2)
    command = [sys.executable, "-m", "school", "setup", str(site), "--people", str(PEOPLE)]
    command += ["--auth-port", str(auth_port), "--portal-port", str(portal_port)]
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)
    # Each side has a file of its own, so that one side alone can be changed.
    shutil.copy(site / "secrets/portal-client-secret", site / "secrets/portal-client-secret-at-auth")
    auth = site / "auth.toml"
    auth.write_text(auth.read_text().replace("secrets/portal-client-secret", "secrets/portal-client-secret-at-auth"))
    _live(directory, site)
    if programs():
        _fill_postgresql(directory, site)
    mark.touch()
    return directory


def _live(directory: Path, site: Path) -> None:
    """Two minutes of people, for the logs."""
    children = Children(directory)
    try:
        children.start("school", [sys.executable, "-m", "school", "serve", str(site)], cwd=ROOT)
        until = time.monotonic() + 30
        while not all((site / "run" / f"{name}.pid").exists() for name in ("auth", "portal")):
            if time.monotonic() > until:
                raise TimeoutError("the template's school does not start")
            time.sleep(0.2)
        time.sleep(2)
        command = [sys.executable, "-m", "school", "traffic", str(site), "--per-min", "60", "--seconds", str(_PAST_S)]
        subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for name in ("auth", "portal"):
            os.kill(int((site / "run" / f"{name}.pid").read_text()), signal.SIGTERM)
        children.running[0].wait(30)
    finally:
        children.close()


def _fill_postgresql(directory: Path, site: Path) -> None:
    """The same accounts in a cluster."""
    children = Children(directory)
    server = PostgreSQL(directory / "postgresql", children)
    password = PostgreSQL.make(server.home)
    try:
        server.start()
        made = f"CREATE ROLE {ACCOUNT} LOGIN PASSWORD '{password}'"
        server.ask(made, f"CREATE DATABASE {DATABASE} OWNER {ACCOUNT}", database="postgres")
        (site / "secrets/database-password").write_text(password + "\n")
        toml = site / "seed.toml"
        shutil.copy(site / "auth.toml", toml)
        use_postgresql(toml, server.port)
        environment = {"DJANGO_SETTINGS_MODULE": "school.auth.settings", "SCHOOL_AUTH_CONFIG": str(toml)}
        command = [sys.executable, "-m", "school.auth.seed", str(site)]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL)
        toml.unlink()
    finally:
        children.close()


def use_postgresql(toml: Path, port: int) -> None:
    """Have the service keep its data there."""
    change(toml, "database.address", f"postgresql://{ACCOUNT}@127.0.0.1:{port}/{DATABASE}")
    change(toml, "database.password_file", "secrets/database-password")


def lay_out(template: Path, directory: Path) -> None:
    """Copy the site and the code that it runs; all of it is days old, as in a school that has stood for a while."""
    shutil.copytree(template / "school", directory / "school", dirs_exist_ok=True)
    shutil.copytree(ROOT / "school", directory / "release" / "school", ignore=shutil.ignore_patterns("__pycache__"))
    (directory / "release" / "RELEASE").write_text("1.0.0\n")
    for path in (*(directory / "school").rglob("*"), *(directory / "release").rglob("*")):
        age(path)


def age(path: Path) -> None:
    """Have the file be of an earlier day."""
    at = time.time() - _AGE_S
    os.utime(path, (at, at))


def past(log: Path) -> list[dict[str, object]]:
    """The lines of the template's log."""
    return [json.loads(line) for line in log.read_bytes().splitlines()]


def begin_log(log: Path, lines: list[dict[str, object]], digest: str, now: datetime) -> None:
    """Have the log begin with this past, which ends now, under this configuration's digest, and goes on with what the
    service writes; that it started only now is not told."""
    last = max(datetime.fromisoformat(str(line["time"])) for line in lines)
    shift = now.astimezone(UTC) - _GAP - last
    for line in lines:
        at = datetime.fromisoformat(str(line["time"])) + shift
        line["time"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line["config"] = digest
    log.write_text("".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines))
