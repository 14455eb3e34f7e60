"""Held out: networks, crowds, attacks, upstream providers and clients that go wrong in ways the catalogue has not."""

from __future__ import annotations

import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_settings import renewed, sets
from bench.faults.keys import expires
from bench.faults.mend import beside, every, files, stopped, ways_open
from bench.faults.names import Answer
from bench.faults.others import library
from bench.faults.relay import Mode
from bench.faults.stage import ROOT, Stage
from bench.faults.ways import lead, names, rewrites, ways

BEHIND = Layout(back=True)
_FRONT = Layout(front=True)
_SMALL = Layout(workers=1, threads=2)
_EXTERNAL = Layout(is_external=True, front=True)
_WITH_LIBRARY = Layout(library=True)
_FRONTS = ("front-auth", "front-portal")
_LONG_S = 150
_DOWN_S, _UP_S = 14.0, 4.0
_NARROW_S = 0.4
_STEP_S = 5.0
_STEPS = (360, 600, 900)
_STATE = re.compile(rb"&?state=[^& ]*")


# Networks ------------------------------------------------------------------------------------------------------------


class _Stranger(BaseHTTPRequestHandler):
    """Answers every request with one page; it is none of the school's."""

    status = 200
    page = b""

    def do_GET(self) -> None:
        """The page."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is noted."""


class _Sorry(_Stranger):
    """A provider that is closed for the moment."""

    status = 503
    page = b"<html><title>Maintenance</title><p>We will be back soon.</p></html>"


class _Gate(_Stranger):
    """A gate that wants its terms accepted before anything passes."""

    page = b"<html><title>Welcome to the network</title><form><button>Accept the terms</button></form></html>"


def _leads_to(relay: str, stranger: type[_Stranger]) -> Do:
    def inject(stage: Stage) -> None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), stranger)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        lead(stage, relay, server.server_port)

    return inject


def _leads_home(relay: str) -> Do:
    def undo(stage: Stage) -> None:
        stage.relays[relay].target = ("127.0.0.1", stage.ports["auth"])

    return undo


def _flap(stage: Stage) -> None:
    """A link that goes down and comes up: 14 s nothing passes, 4 s all does."""

    def go_down() -> None:
        for name in _FRONTS:
            stage.relays[name].set(Mode.HOLD)
        stage.over.wait(_DOWN_S)
        for name in _FRONTS:
            stage.relays[name].set(Mode.PASS)

    every(stage, _UP_S, go_down)


CAPTIVE = _leads_to("back", _Gate)
CAPTIVE_GONE = _leads_home("back")


# Crowds and attacks --------------------------------------------------------------------------------------------------


def _ramp(stage: Stage) -> None:
    """More and more come: every five seconds another crowd, larger than the one before."""

    def come() -> None:
        for number, per_min in enumerate(_STEPS):
            stage.begun.append(stage.let_people_in(_LONG_S, per_min=per_min, seed=70 + number, scale=0.5))
            if stage.over.wait(_STEP_S):
                return

    beside(stage, come)


def _one_exit(stage: Stage) -> None:
    """All of a large building sign in at the bell, by the addresses of one exit."""
    more = ("--shared-exit-share", "1.0")
    stage.begun.append(stage.let_people_in(_LONG_S, per_min=720, seed=60, scale=0.5, more=more))


def runs(module: str, *options: str) -> Do:
    """Somebody comes who does this."""

    def inject(stage: Stage) -> None:
        command = [sys.executable, "-m", f"bench.faults.{module}", str(stage.site), *options]
        stage.begun.append(stage.start(module, command, ROOT))

    return inject


def _network(name: str, what: str, inject: Do, layout: Layout, undo: Do) -> Fault:
    return Fault(name, ("network",), what, inject, layout, undo=undo)


def _load(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("load",), what, inject, _SMALL, undo=stopped)


def _attack(name: str, what: str, kind: str, per_s: float) -> Fault:
    return Fault(name, ("attack",), what, runs("intruder", kind, "--per-s", str(per_s)), undo=stopped)


# Upstream and clients ------------------------------------------------------------------------------------------------


def _loses_state(data: bytes) -> bytes:
    """A browser whose protection against tracking takes `state` out of the address by which people come back."""
    line, end, rest = data.partition(b"\r\n")
    is_hit = line.startswith(b"GET /sign-in/callback/") and b"iPhone" in rest
    return (_STATE.sub(b"", line) if is_hit else line) + end + rest


def _upstream(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("upstream",), what, inject, _EXTERNAL, undo=undo)


def _one_client(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("client",), what, inject, _WITH_LIBRARY, undo=library({}))


FAULTS = (
    _network("back-channel-gate", "the portal's way out ends at a gate's page", CAPTIVE, BEHIND, CAPTIVE_GONE),
    _network(
        "back-channel-lossy", "half of its connections are torn down", ways(Mode.LOSSY, "back"), BEHIND, ways_open
    ),
    _network("front-flaps", "the link goes down and comes up", _flap, _FRONT, ways_open),
    _network(
        "front-narrow", "160 bytes a second pass", ways(Mode.NARROW, *_FRONTS, delay_s=_NARROW_S), _FRONT, ways_open
    ),
    _network(
        "names-server-fails",
        "the name server says that it failed (SERVFAIL)",
        names(Answer.FAILED),
        Layout(names=True),
        names(Answer.RIGHT),
    ),
    _load("surge-ramp", "one crowd comes after the other, each larger", _ramp),
    _load("surge-one-exit", "twelve times the people, all from one building", _one_exit),
    _load("exam-reloads", "a class loads a page anew 240 times a second", runs("reloaders", "--per-s", "240")),
    _attack("slow-requests", "forty-eight requests that never end hold every thread", "slow", 48),
    _attack("lockout-attack", "somebody locks people out from the school's own exit", "lockout", 30),
    _attack("callback-flood", "made-up answers at the portal's callback", "callback", 25),
    _attack("leaked-list", "a leaked list of which every sixth is right", "leaked", 8),
    _upstream(
        "upstream-maintenance",
        "the provider is closed: 503 for everything",
        _leads_to("front-auth", _Sorry),
        _leads_home("front-auth"),
    ),
    # What is set is the provider's own; of us, nothing changed.
    _upstream(
        "upstream-drops-us",
        "the provider does not know our client any more",
        sets("auth", {"client[0].id": "school-portal"}),
        files("auth"),
    ),
    _upstream(
        "upstream-token-endpoint-gone",
        "its pages work, and its token endpoint answers 404",
        rewrites(lambda data: data.replace(b"POST /o/token/", b"POST /o/taken/"), "front-auth"),
        ways_open,
    ),
    Fault(
        "upstream-certificate-ended",
        ("upstream", "key"),
        "the certificate of the provider ended",
        expires("auth"),
        Layout(is_external=True, tls=True),
        undo=renewed("auth"),
    ),
    _one_client("library-without-pkce", "its new version sends no challenge", library({"without_pkce": "yes"})),
    _one_client("library-redeems-twice", "it hands in each code twice", library({"times": "2"})),
    Fault(
        "safari-loses-state",
        ("client",),
        "one browser takes the state out of addresses",
        rewrites(_loses_state, "front-portal"),
        _FRONT,
        undo=ways_open,
    ),
)
