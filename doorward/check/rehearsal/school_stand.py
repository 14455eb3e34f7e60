"""The school in a scratch: a Layout in, both services served behind their proxies out; ended with the block."""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

import msgspec

from doorward.check.rehearsal import front
from doorward.check.rehearsal.browser import Door
from doorward.check.rehearsal.front import Front, Gate
from doorward.check.rehearsal.probes import Person
from doorward.check.rehearsal.school_files import Layout
from doorward.check.rehearsal.school_service import Service
from doorward.check.rehearsal.workers import Answer, Interpreter, answer, running
from doorward.systems import Target

WORKERS = 2
Started = AbstractContextManager[Popen[bytes]]
_CHILD = Path(__file__).with_name("school_child.py")
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto")
_BUNDLE = "trusted.pem"
_ROUTES = "routes.json"


@dataclass(frozen=True, slots=True)
class Gates:
    """The proxies of both services, open on both sides of the rehearsal."""

    changed: Gate
    other: Gate
    trusted: ssl.SSLContext | None

    @property
    def ports(self) -> dict[str, int]:
        """The proxy's port behind each origin."""
        return {**self.other.ports, **self.changed.ports}

    def door(self, public_url: str) -> Door:
        """Where people go in; `public_url` is the address that relative ones start from."""
        return Door(public_url, self.ports, self.trusted)


@dataclass(frozen=True, slots=True)
class Stand:
    """The school in its scratch folder, and how it is met: the same on both sides."""

    layout: Layout
    target: Target
    folder: Path
    gates: Gates

    @contextlib.contextmanager
    def served(self, changed: Service, prepares: bool, person: Person) -> Iterator[tuple[Answer, ...]]:
        """Two workers of the service as `changed` has it and one of the other, ended with the block.

        The answers are the changed service's; one of the other's stands there where that failed.
        """
        is_first = changed is self.layout.old
        with contextlib.ExitStack() as stack:
            others = [stack.enter_context(self._started(self.layout.other, is_first, person))]
            own = [
                stack.enter_context(self._started(changed, prepares and not number, person))
                for number in range(WORKERS)
            ]
            beside, answers = answer(others[0]), tuple(answer(child) for child in own)
            self.gates.other.lead_to([beside.port])
            self.gates.changed.lead_to([one.port for one in answers])
            yield (beside,) if beside.failure else answers

    def _started(self, service: Service, prepares: bool, person: Person) -> Started:
        request = {
            "service": service.name,
            "config": str(service.file),
            "project": str(self.target.project.resolve()),
            "scratch": str(self.folder),
            "prepares": prepares,
            "account": person.name,
            "password": person.password,
            "peer": (self.layout.old if service is not self.layout.other else service).peer,
            "routes": str(self.folder / _ROUTES),
        }
        return running(Interpreter(self.target.python, _CHILD, self.folder, self._env()), request)

    def _env(self) -> dict[str, str]:
        """Without the proxies of this machine: the way to the provider leads to the scratch."""
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        bundle = str(self.folder / _BUNDLE)
        trust = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), bundle) if self.gates.trusted else {}
        return {**kept, **self.target.env, **trust, "TMPDIR": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}


@contextlib.contextmanager
def opened(layout: Layout, target: Target, folder: Path) -> Iterator[Gates]:
    """The proxies of both services, which lead nowhere yet. Raises InputInvalid for an address that is none."""
    fronts = [
        _front(target.public_url or layout.old.public_url, target.forwarded, folder / "front", target.name),
        _front(layout.other.public_url, (), folder / "front-beside", f"{layout.other.name}.toml"),
    ]
    pems = [one.certificate.certificate for one in fronts if one.certificate]
    bundle = folder / _BUNDLE
    bundle.write_text("".join(pem.read_text() for pem in pems))
    trusted = ssl.create_default_context(cafile=str(bundle)) if pems else None
    with front.opened(fronts[0], [0]) as changed, front.opened(fronts[1], [0]) as other:
        gates = Gates(changed, other, trusted)
        routes = [_route(url, port) for url, port in gates.ports.items()]
        (folder / _ROUTES).write_bytes(msgspec.json.encode(routes))
        yield gates


def _front(public_url: str, forwarded: Sequence[str], folder: Path, named_by: str) -> Front:
    folder.mkdir()
    certificate = front.certified(public_url, folder, named_by)
    headers = front.headers(forwarded or _FORWARDED, urlsplit(public_url).scheme)
    return Front(public_url, tuple(headers.items()), certificate)


def _route(url: str, port: int) -> tuple[str, int, int]:
    """What a service asks for when it means that origin."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), port
