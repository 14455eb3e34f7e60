"""What fills the spools: a receiver or an asker for each component whose lines do not come from a file.

In: Settings and the spools. Out: inlets, each with a step that the daemon repeats; what it returns is amber.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import uvicorn

from doorward.errors import DoorwardError
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.watch.sources.http import Inbox
from doorward.watch.sources.spool import Spool, SpoolFull
from doorward.watch.sources.syslog import Syslog
from doorward.wiring.asking import asking
from doorward.wiring.source_settings import invalid, secret

_MOST_CONNECTIONS = 200
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Inlet:
    """What fills the spool of component `name`: `step` again and again, `every_s` apart."""

    name: str
    every_s: float
    step: Callable[[], str]


def inlets(settings: Settings, spools: Mapping[str, Spool]) -> tuple[Inlet, ...]:
    """One for each component with a spool; ports are bound now. Raises InputInvalid if one is taken or unsafe."""
    return tuple(
        _inlet(settings, component, spools[component.name])
        for component in settings.component
        if component.name in spools
    )


def _inlet(settings: Settings, component: ComponentTable, spool: Spool) -> Inlet:
    kind = component.source.kind
    if kind == "syslog":
        return Inlet(component.name, 0.05, _syslog(settings, component, spool))
    if kind == "http":
        return Inlet(component.name, 1.0, _http(settings, component, spool))
    every_s, step = asking(settings, component, spool)
    return Inlet(component.name, every_s, step)


def place(settings: Settings, component: ComponentTable) -> tuple[str, int]:
    """Host and port of `listen`. Raises InputInvalid if it is none."""
    host, _, port = component.source.listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise invalid(settings, component, "listen", f"{component.source.listen!r} is not address:port")
    return host.strip("[]"), int(port)


def _syslog(settings: Settings, component: ComponentTable, spool: Spool) -> Callable[[], str]:
    host, port = place(settings, component)
    try:
        receiver = Syslog(spool, host, port)
    except OSError as error:
        raise invalid(settings, component, "listen", f"cannot listen on {host}:{port}: {error.strerror}") from error

    def step() -> str:
        try:
            receiver.step()
        except (SpoolFull, OSError) as error:
            raise DoorwardError(f"cannot store what comes by syslog: {error}", code="spool") from error
        return ""

    return step


def _http(settings: Settings, component: ComponentTable, spool: Spool) -> Callable[[], str]:
    host, port = place(settings, component)
    token = secret(settings, component)
    if not token and host not in _LOOPBACK:
        raise invalid(settings, component, "token_file", f"is needed to listen on {host}")
    inbox = Inbox(spool, token, component.source.most_bytes)
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise invalid(settings, component, "listen", f"cannot listen on {host}:{port}: {error.strerror}") from error
    thread = serving(inbox, bound)
    thread.start()

    def step() -> str:
        if not thread.is_alive():
            raise DoorwardError("the receiver ended; start Doorward again", code="source.http")
        return f"the last delivery was refused: {inbox.last_refusal}" if inbox.last_refusal else ""

    return step


def serving(inbox: Inbox, bound: socket.socket) -> threading.Thread:
    """The thread that serves the inbox, not yet started. It ends with the process: what was not answered was not
    promised."""
    config = uvicorn.Config(
        inbox,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=30,
    )
    server = uvicorn.Server(config)
    return threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="source http", daemon=True)
