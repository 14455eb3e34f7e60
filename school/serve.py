"""Serves a site: one gunicorn master per service, which reloads on SIGHUP and refuses a configuration that is invalid.

The master holds the port, so a reload never closes it. It hands the bytes of the configuration that it accepted to its
workers, so a worker that must be replaced later starts with those, whatever the file says by then.
"""

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from school.auth.config import AuthConfig
from school.config import ConfigInvalid, accept, digest, load
from school.events import EventLog
from school.portal.config import PortalConfig
from school.services import MODELS, Name, Place

_GRACE_S = 20
_ENDED_BY_SIGNAL = (-signal.SIGTERM, -signal.SIGINT)


def serve_one(place: Place) -> int:
    """Runs one service until it is told to end. Raises ConfigInvalid."""
    config = accept(place.config, MODELS[place.name])
    os.environ.update(place.environment)
    place.pid_file.parent.mkdir(exist_ok=True)
    _SchoolArbiter(_Gunicorn(place, config)).run()
    return 0


def serve_both(site: Path) -> int:
    """Runs both services as child processes; when one ends, the other is ended too. Raises ConfigInvalid."""
    for name in Name:
        load(Place(site, name).config, MODELS[name])
    command = [sys.executable, "-m", "school", "serve", str(site)]
    children = [subprocess.Popen([*command, name.value]) for name in Name]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _forward(children))
    pid, status = os.wait()
    for child in children:
        if child.pid == pid:
            child.returncode = os.waitstatus_to_exitcode(status)
        else:
            child.terminate()
    codes = [child.wait() for child in children]
    return max((code for code in codes if code not in _ENDED_BY_SIGNAL), key=abs, default=0)


def _forward(children: list[subprocess.Popen[bytes]]) -> Callable[[int, object], None]:
    def forward(number: int, _: object) -> None:
        for child in children:
            child.send_signal(number)

    return forward


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # the library is untyped
    def __init__(self, place: Place, config: AuthConfig | PortalConfig) -> None:
        self.place = place
        self.config = config
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": f"{self.config.service.host}:{self.config.service.port}",
            "workers": self.config.server.workers,
            "threads": self.config.server.threads,
            "worker_class": "gthread",
            "pidfile": str(self.place.pid_file),
            "proc_name": f"school-{self.place.name}",
            "loglevel": "warning",
            "graceful_timeout": _GRACE_S,
            "keepalive": 15,
            "control_socket_disable": True,
            # Whose X-Forwarded-Proto says that people came by HTTPS.
            "forwarded_allow_ips": ",".join(self.config.proxy.trusted),
            "when_ready": lambda _: self._announce(),
        }
        for key, value in settings.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """Runs in the worker, after the fork: a reload therefore reads settings anew."""
        return importlib.import_module(self.place.wsgi_module).application

    def log_event(self, event: str, **fields: int) -> None:
        key = self.config.log.key_file.read_text(encoding="utf-8").strip().encode()
        log = EventLog(self.place.name, self.config.log.path, key, digest(self.place.config))
        log.write(event, synthetic=False, **fields)
        log.close()

    def _announce(self) -> None:
        self.log_event("configuration-loaded")
        print(f"{self.place.name}: {self.config.service.public_url}", flush=True)


class _SchoolArbiter(Arbiter):  # type: ignore[misc]  # the library is untyped
    app: _Gunicorn

    def handle_hup(self) -> None:
        """A reload with an invalid file changes nothing: the service goes on as it was, and the log says so."""
        try:
            self.app.config = accept(self.app.place.config, MODELS[self.app.place.name])
        except ConfigInvalid as error:
            print(error, file=sys.stderr, flush=True)
            self.app.log_event("configuration-refused", problems=len(error.problems))
            return
        self.app.log_event("configuration-loaded")
        super().handle_hup()
