"""Serve the dashboard by uvicorn, from the daemon's thread or alone.

In: Settings and an event that ends it. Out: pages at `Listening.address`, which also stands in the file
`dashboard.address` of the state directory while the server runs.
"""

from __future__ import annotations

import importlib
import os
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from doorward.errors import InputInvalid, Problem
from doorward.settings import Settings
from doorward.store.connection import open_store

# Open streams end by themselves within a second of the stop; what is still busy after this is cut.
_GRACE_S = 3
# Streams, pages and files together; beyond it a request gets 503 at once instead of a place in a queue.
_MOST_CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class Listening:
    """A bound socket and the address by which people reach it."""

    socket: socket.socket
    address: str


def listen(settings: Settings) -> Listening:
    """Bind `dashboard.host` and `port` (0 = any free one). Raises InputInvalid if the port is taken."""
    host, port = settings.dashboard.host, settings.dashboard.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        what = f"cannot listen on {host} port {port}: {error.strerror}"
        problem = Problem(
            "dashboard.port", what, f"{settings.path} dashboard.port", "choose another port, or 0 for any"
        )
        raise InputInvalid((problem,)) from error
    shown = f"[{host}]" if ":" in host else host
    return Listening(bound, settings.dashboard.public_url or f"http://{shown}:{bound.getsockname()[1]}")


def serve(
    settings: Settings,
    stop: threading.Event | None = None,
    listening: Listening | None = None,
    port_file: Path | None = None,
) -> None:
    """Serve until `stop` is set; without `stop`, until SIGINT or SIGTERM (then call it in the main thread).

    `listening` comes from `listen` when the caller wants the address first. Raises InputInvalid, StoreUnavailable.
    """
    open_store(settings)
    listening = listening or listen(settings)
    address_file = port_file or settings.state / "dashboard.address"
    _write(address_file, listening.address)
    # Only now: the module takes its settings from the store that has just been opened.
    streams_stop: threading.Event = importlib.import_module("doorward.web.events").stopping
    streams_stop.clear()
    server = _Server(_config(settings), streams_stop)
    if stop is not None:
        threading.Thread(target=server.end_with, args=(stop,), name="dashboard-stop", daemon=True).start()
    try:
        server.run(sockets=[listening.socket])
    finally:
        address_file.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    """Ends the event streams as soon as it is asked to exit, so that they do not hold the exit up."""

    def __init__(self, config: uvicorn.Config, streams_stop: threading.Event) -> None:
        super().__init__(config)
        self._streams_stop = streams_stop

    def end_with(self, stop: threading.Event) -> None:
        """Wait for the daemon's stop, then exit."""
        stop.wait()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """First the streams, then everything else."""
        self._streams_stop.set()
        await super().shutdown(sockets)


def _config(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        "doorward.web.asgi:application",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        # Forwarded addresses are believed only where doorward.toml says that a proxy stands in front.
        proxy_headers=bool(settings.dashboard.public_url),
        forwarded_allow_ips="127.0.0.1,::1",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _write(path: Path, address: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(address + "\n")
    os.replace(fresh, path)
