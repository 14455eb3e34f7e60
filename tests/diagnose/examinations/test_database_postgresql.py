"""The database examination on a real PostgreSQL of our own, where its programs are installed."""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doorward.diagnose.examinations.database import examine_database
from doorward.diagnose.examinations.schema import examine_schema
from doorward.diagnose.examined import DatabaseExamined, SchemaExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

psycopg = pytest.importorskip("psycopg")
_FOUND = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [os.path.dirname(shutil.which("initdb") or "")]
PROGRAMS = Path(_FOUND[-1])
pytestmark = pytest.mark.skipif(not (PROGRAMS / "initdb").exists(), reason="PostgreSQL's programs are not installed")


def _account() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as its own account."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("running as root, and there is no account for PostgreSQL")


@contextlib.contextmanager
def _running() -> Iterator[str]:
    """A PostgreSQL with ten connections, on a free port of 127.0.0.1."""
    account = _account()
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    if account:
        shutil.chown(home, account)
    data = home / "data"
    make = [PROGRAMS / "initdb", "-D", data, "-A", "trust", "-U", "people", "--no-sync"]
    subprocess.run(make, check=True, user=account, stdout=subprocess.DEVNULL, cwd=home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -h 127.0.0.1 -k {home} -F -c max_connections=10 -c superuser_reserved_connections=0"
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [PROGRAMS / "postgres", "-D", data, *options.split()], user=account, cwd=home, stdout=log, stderr=log
        )
    url = f"postgresql://people@127.0.0.1:{port}/postgres"
    try:
        _await(url)
        yield url
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Such a server, for all tests."""
    with _running() as url:
        yield url


def _await(url: str) -> None:
    until = time.monotonic() + 15
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < until


def examined(address: str) -> DatabaseExamined:
    """The result, which must be one."""
    result = examine_database(Examinee("auth", Role.PROVIDER, database=address))
    assert isinstance(result, DatabaseExamined)
    return result


def test_a_database_in_good_health_answers_and_counts_its_connections(address: str) -> None:
    with psycopg.connect(address):
        result = examined(address)
    assert result.opened
    assert (result.select_ms or 1e9) < 500
    assert (result.connections or 0) >= 2
    assert result.connections_most == 10


def _take_every_connection(address: str, held: list[psycopg.Connection[tuple[object, ...]]]) -> None:
    while len(held) <= 10:
        try:
            held.append(psycopg.connect(address))
        except psycopg.OperationalError:
            return
    raise AssertionError("it gives more connections than it was told to")


def test_a_database_without_a_free_connection_does_not_open(address: str) -> None:
    held: list[psycopg.Connection[tuple[object, ...]]] = []
    try:
        _take_every_connection(address, held)
        result = examined(address)
    finally:
        for connection in held:
            connection.close()
    assert not result.opened
    assert "OperationalError" in result.problem
    assert "people" not in repr(result)


def test_a_wrong_database_name_does_not_open(address: str) -> None:
    assert not examined(address.replace("/postgres", "/no_such")).opened


def test_a_database_that_takes_no_writes_says_so(address: str) -> None:
    assert examined(address).writable is True
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
    try:
        assert examined(address).writable is False
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER DATABASE postgres RESET default_transaction_read_only")


def test_sessions_that_wait_for_a_lock_are_counted_with_their_wait(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE held (n int)")
    assert (examined(address).waiting, examined(address).waited_s) == (0, None)
    with psycopg.connect(address) as holder, psycopg.connect(address) as waiter:
        holder.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
        waiting = threading.Thread(target=waiter.execute, args=("SELECT * FROM held",))
        waiting.start()
        until = time.monotonic() + 5
        while examined(address).waiting != 1 or not examined(address).waited_s:
            assert time.monotonic() < until
        holder.rollback()
        waiting.join(5)


def waits(connection: Any) -> None:
    """A statement that takes its time until somebody ends it."""
    with contextlib.suppress(psycopg.errors.QueryCanceled):
        connection.execute("SELECT pg_sleep(30)")


def test_statements_that_take_long_are_counted(address: str) -> None:
    with psycopg.connect(address) as busy:
        running = threading.Thread(target=waits, args=(busy,))
        running.start()
        until = time.monotonic() + 5
        while examined(address).running != 1 or (examined(address).ran_s or 0) < 1:
            assert time.monotonic() < until
        busy.cancel()
        running.join(5)


def test_its_tables_columns_and_what_stands_on_them_are_told(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (name text CHECK (name <> ''))")
        connection.execute("CREATE INDEX by_name ON people (name)")
    result = examine_schema(Examinee("auth", Role.PROVIDER, database=address))
    assert isinstance(result, SchemaExamined)
    assert "people.name" in result.columns
    assert result.things == ("constraint people.people_name_check", "index people.by_name")


def test_tables_that_others_refer_to_are_told_while_they_hold_rows(address: str) -> None:
    asked = Examinee("auth", Role.PROVIDER, database=address)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute('CREATE TABLE "Clients" (id int PRIMARY KEY)')
        for name in ("first_use", "second_use"):
            connection.execute(f'CREATE TABLE {name} (client int REFERENCES "Clients")')
        connection.execute('INSERT INTO "Clients" VALUES (1)')
        full = examine_schema(asked)
        assert isinstance(full, SchemaExamined)
        assert full.filled == ("Clients",)
        connection.execute('DELETE FROM "Clients"')
        empty = examine_schema(asked)
        connection.execute('DROP TABLE first_use, second_use, "Clients"')
    assert isinstance(empty, SchemaExamined)
    assert empty.filled == ()


def test_a_right_that_is_taken_away_is_missing_from_its_rights(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE school")
        connection.execute("CREATE TABLE tokens (name text)")
        connection.execute("GRANT SELECT, INSERT ON tokens TO school")
        before = examine_schema(Examinee("auth", Role.PROVIDER, database=address))
        connection.execute("REVOKE INSERT ON tokens FROM school")
    after = examine_schema(Examinee("auth", Role.PROVIDER, database=address))
    assert isinstance(before, SchemaExamined)
    assert isinstance(after, SchemaExamined)
    assert after.closed(before) == ("tokens",)
    assert before.closed(after) == ()


def _pump(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            to.sendall(data)
        to.shutdown(socket.SHUT_WR)


def _lead(listener: socket.socket, ports: Iterator[int]) -> None:
    """One connection to the one port, the next to the next, until the listener is closed."""
    with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
        while True:
            incoming = opened.enter_context(listener.accept()[0])
            outgoing = opened.enter_context(socket.create_connection(("127.0.0.1", next(ports))))
            for ends in ((incoming, outgoing), (outgoing, incoming)):
                threading.Thread(target=_pump, args=ends, daemon=True).start()


def test_servers_that_take_turns_at_one_address_are_counted(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorward.diagnose.examinations.schema.ENOUGH_MS", 20_000)
    with _running() as other, socket.create_server(("127.0.0.1", 0)) as listener:
        ports = [int(url.rpartition(":")[2].partition("/")[0]) for url in (address, other)]
        leading = threading.Thread(target=_lead, args=(listener, itertools.cycle(ports)))
        leading.start()
        shared = address.replace(str(ports[0]), str(listener.getsockname()[1]))
        found = [examine_schema(Examinee("auth", Role.PROVIDER, database=url)) for url in (shared, address)]
        listener.shutdown(socket.SHUT_RDWR)
        leading.join(5)
    assert [one.servers for one in found if isinstance(one, SchemaExamined)] == [2, 1]
