"""How many pages a second the portal serves to signed-in people.

`python -m bench.school_pages [--site DIR] [--seconds 5] [--visitors 8]`: without --site a school of 200 people is set
up and served for the measurement. Server and client share the machine's cores, so the client is as thin as it can be:
one kept connection and one prepared request per visitor and page.
"""

import argparse
import html
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

GOAL_PER_S = 200
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_COURSE = re.compile(r'href="(/courses/[a-z0-9-]+/)"')
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_START_S = 20


@dataclass(slots=True)
class Measured:
    """Times in milliseconds of one kind of page; anything but 200 is a failure."""

    times_ms: list[float] = field(default_factory=list)
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person's connection: the portal's address and a prepared request for each page."""

    host: str
    port: int
    pages: tuple[tuple[str, bytes], ...]


def main(argv: Sequence[str] | None = None) -> int:
    chosen = _arguments(argv)
    with nullcontext(chosen.site) if chosen.site else _own_site() as site:
        visitors = [_sign_in(site, number) for number in range(chosen.visitors)]
        started = time.perf_counter()
        measured = _measure(visitors, chosen.seconds)
        took_s = time.perf_counter() - started
    per_s = _print_table(measured, took_s, len(visitors))
    return 0 if per_s >= GOAL_PER_S else 1


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.school_pages", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--site", type=Path, help="a site that is being served; default: one made for this")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--visitors", type=int, default=8, help="people who ask at the same time")
    return parser.parse_args(argv)


@contextmanager
def _own_site() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="school-bench-") as directory:
        site = Path(directory) / "site"
        ports = [text for name in ("auth", "portal") for text in (f"--{name}-port", str(_free_port()))]
        subprocess.run([sys.executable, "-m", "school", "setup", str(site), *ports], check=True, stdout=sys.stderr)
        command = [sys.executable, "-m", "school", "serve", str(site)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            for _ in ("auth", "portal"):
                server.stdout.readline()
            yield site
        finally:
            server.terminate()
            server.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sign_in(site: Path, number: int) -> Visitor:
    people = json.loads((site / "secrets" / "people.json").read_text(encoding="utf-8"))
    person = [one for one in people if one["role"] == "student"][number]
    portal = tomllib.loads((site / "portal.toml").read_text(encoding="utf-8"))["service"]["public_url"]
    address = urlsplit(portal)
    with httpx.Client(follow_redirects=True, timeout=_START_S) as client:
        form = client.get(f"{portal}/courses/")
        hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(form.text)}
        names = {"username": person["username"], "password": person["password"]}
        courses = client.post(form.url.copy_with(path="/sign-in/", query=None), data=hidden | names)
        paths = ("/courses/", _COURSE.findall(courses.text)[0])
        cookie = f"portal_session={client.cookies['portal_session']}"
    pages = tuple(
        (kind, f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\n\r\n".encode())
        for kind, path in zip(("course list", "course"), paths, strict=True)
    )
    return Visitor(str(address.hostname), int(address.port or 80), pages)


def _measure(visitors: list[Visitor], seconds: float) -> dict[str, Measured]:
    measured = [{kind: Measured() for kind, _ in visitor.pages} for visitor in visitors]
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_visit, args=(visitor, own, until))
        for visitor, own in zip(visitors, measured, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    merged: dict[str, Measured] = {}
    for own in measured:
        for kind, part in own.items():
            whole = merged.setdefault(kind, Measured())
            whole.times_ms += part.times_ms
            whole.failures += part.failures
    return merged


def _visit(visitor: Visitor, measured: dict[str, Measured], until: float) -> None:
    with socket.create_connection((visitor.host, visitor.port), timeout=_START_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < until:
            for kind, request in visitor.pages:
                started = time.perf_counter()
                connection.sendall(request)
                is_good = _read_answer(connection)
                measured[kind].times_ms.append((time.perf_counter() - started) * 1000)
                measured[kind].failures += not is_good


def _read_answer(connection: socket.socket) -> bool:
    """Reads one whole answer; whether it was a 200."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _received(connection)
    length = _LENGTH.search(data, 0, end + 4)
    missing = (int(length[1]) if length else 0) - (len(data) - end - 4)
    while missing > 0:
        missing -= len(_received(connection))
    return data.startswith(b"HTTP/1.1 200 ")


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise ConnectionError("the portal closed the connection")
    return data


def _print_table(measured: dict[str, Measured], took_s: float, visitors: int) -> float:
    print(f"signed-in portal pages, {visitors} people at once, {took_s:.1f} s, client on the same cores")
    print(f"{'page':<14}{'pages/s':>9}{'median ms':>11}{'95 % ms':>9}{'failed':>8}")
    for kind, part in measured.items():
        part_95 = statistics.quantiles(part.times_ms, n=20)[-1]
        median = statistics.median(part.times_ms)
        print(f"{kind:<14}{len(part.times_ms) / took_s:>9.0f}{median:>11.1f}{part_95:>9.1f}{part.failures:>8}")
    per_s = sum(len(part.times_ms) - part.failures for part in measured.values()) / took_s
    print(f"{'all':<14}{per_s:>9.0f}   goal: {GOAL_PER_S}")
    return per_s


if __name__ == "__main__":
    sys.exit(main())
