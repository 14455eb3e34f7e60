"""The fourth set: settings, keys and clocks that are wrong in ways that no earlier set has."""

from __future__ import annotations

import itertools
import secrets
import signal
from datetime import UTC, datetime, timedelta

from cryptography.x509.oid import ExtendedKeyUsageOID

from bench.faults.children import send
from bench.faults.fault import Do, Fault, Layout
from bench.faults.fourth.nodes import Own, joins, leaves
from bench.faults.held_out_settings import TLS, renewed, sets
from bench.faults.keys import present
from bench.faults.mend import clocks_right, each, every, files, keep
from bench.faults.second.hosts import ended
from bench.faults.session_stores import ON_REDIS
from bench.faults.stage import Stage, pause
from bench.faults.standing import set_clock

_FRONT = Layout(front=True)
_CLOCK = Layout(clock=True)
_SYNC_S = 8.0
_TWO_HOURS_S = 7200
_NINE_HOURS_S = 9 * 3600
_LEAP_S = 6.0
_APART_S = 8
_ASLEEP_S = 3.0
_BEHIND_S, _SLEWED_S = 600, 5


# Configuration -------------------------------------------------------------------------------------------------------


def _wrong(name: str, what: str, why: str, inject: Do, layout: Layout | None = None, undo: Do | None = None) -> Fault:
    return Fault(name, ("configuration",), what, inject, layout or Layout(), undo=undo or files("auth"), why=why)


def _store_number(stage: Stage) -> None:
    """Redis has sixteen databases."""
    sets("auth", {"session.redis_url": f"redis://127.0.0.1:{stage.relays['store'].port}/99"})(stage)


# Less memory than Argon2 needs for so many lanes (RFC 9106 section 3.1): what is hashed already can still be compared.
LANES = sets("auth", {"password.memory_kib": 64, "password.lanes": 16})


# Keys ----------------------------------------------------------------------------------------------------------------


def _intermediate_ended(stage: Stage) -> None:
    """The front's new certificate holds for weeks; that of the authority below ours, shown with it, ended."""
    assert stage.authority is not None
    yesterday = datetime.now(UTC) - timedelta(days=1)
    below = stage.authority.subordinate(stage.directory / "issuing-ca", "School issuing CA", yesterday)
    path = below.issue(stage.certificate("auth"))
    path.write_bytes(path.read_bytes() + below.pem.read_bytes())
    present(stage, "auth")


def _for_clients(stage: Stage) -> None:
    """The portal's front was given a certificate by which a client says who it is."""
    assert stage.authority is not None
    stage.authority.issue(stage.certificate("portal"), purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,))
    present(stage, "portal")


def secret_by_turns(stage: Stage) -> None:
    """Two vaults hold different versions of the portal's client secret, and each writes its own every few seconds."""
    path = stage.secret("portal-client-secret")
    keep(stage, path)
    versions = itertools.cycle((secrets.token_urlsafe(48) + "\n", path.read_text()))

    def write() -> None:
        path.write_text(next(versions))
        stage.reload("portal")

    every(stage, _SYNC_S, write)


def _key(name: str, what: str, why: str, inject: Do, undo: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, ("key",), what, inject, layout or Layout(), undo=undo, why=why)


# Clocks --------------------------------------------------------------------------------------------------------------


def _both_leap(stage: Stage) -> None:
    """The school's time server leaps nine hours every six seconds, and both hosts follow it."""
    offsets = itertools.count(_NINE_HOURS_S, _NINE_HOURS_S)

    def leap() -> None:
        offset_s = next(offsets)
        for name in ("auth", "portal"):
            set_clock(stage.clock(name), offset_s)

    every(stage, _LEAP_S, leap)


def _drift_apart(stage: Stage) -> None:
    """The one host's clock gains eight seconds each second, the other's loses as many."""
    offsets = itertools.count(0, _APART_S)

    def drift() -> None:
        offset_s = next(offsets)
        set_clock(stage.clock("auth"), offset_s)
        set_clock(stage.clock("portal"), -offset_s)

    every(stage, 1.0, drift)


def wakes_behind(stage: Stage) -> None:
    """The portal's machine is put to sleep for three seconds and wakes with the time of ten minutes before; its time
    service slews it back by five seconds each second."""
    pid = stage.master("portal")
    send(pid, signal.SIGSTOP)
    pause(_ASLEEP_S)
    offsets = itertools.chain(range(-_BEHIND_S, 0, _SLEWED_S), itertools.repeat(0))
    every(stage, 1.0, lambda: set_clock(stage.clock("portal"), next(offsets)))
    send(pid, signal.SIGCONT)


def _clock(name: str, what: str, why: str, inject: Do, layout: Layout = _CLOCK, undo: Do = clocks_right) -> Fault:
    return Fault(name, ("clock",), what, inject, layout, undo=undo, why=why)


FAULTS = (
    _wrong(
        "hash-memory-below-lanes",
        "the provider's passwords are to be hashed with less memory than so many lanes take",
        "two settings that do not go together, and putting them back mends it; no password and no key changed",
        LANES,
    ),
    _wrong(
        "store-number-out-of-range",
        "the sessions' address names a database that Redis does not have",
        "Redis is as it was, and answers whoever asks for a database that it has; the address was changed (RS-05)",
        _store_number,
        ON_REDIS,
    ),
    _wrong(
        "portal-cookie-path-of-sign-in",
        "the portal's session is kept for the pages of the sign-in alone: who is in is sent to sign in again, for ever",
        "one setting was changed and nothing else; every sign-in succeeds, and no browser shows its session (Cycode)",
        sets("portal", {"session.cookie_path": "/sign-in"}),
        undo=files("portal"),
    ),
    _wrong(
        "second-node-of-other-hosts",
        "a second node of the provider joined, which answers under another name alone: 400 by turns",
        "the node lives and says why it refuses; what it refuses by is in its file (DJ-33), on a part",
        joins("auth", Own({"service.allowed_hosts": ["auth.school.example"]})),
        _FRONT,
        leaves("auth"),
    ),
    _key(
        "second-node-other-secret",
        "a second node of the portal joined, which has another client secret",
        "it has the settings and the time of the first; the vault gave it a version that the provider does not know",
        joins("portal", Own(secrets=("portal-client-secret",))),
        leaves("portal"),
        _FRONT,
    ),
    _key(
        "intermediate-ended",
        "the authority between the provider's certificate and ours ended",
        "the provider's own certificate is good; the chain is not, by its end (CC-01, AddTrust 2020)",
        _intermediate_ended,
        renewed("auth"),
        TLS,
    ),
    _key(
        "certificate-for-clients",
        "the portal's new certificate is for clients, not for servers",
        "name, end and authority are right; a certificate was renewed by the wrong template, nothing else was touched",
        _for_clients,
        renewed("portal"),
        TLS,
    ),
    _key(
        "client-secret-by-turns",
        "the portal's client secret is now the right one, now another",
        "a secret changes to and fro, and sign-ins fail with it; files of settings are as they were",
        secret_by_turns,
        each(ended, files("portal")),
    ),
    _clock(
        "second-node-hours-behind",
        "a second node of the provider joined, whose clock is two hours behind",
        "it has the settings, keys and data of the first, and only its host's clock differs (CC-03), on a part",
        joins("auth", Own(clock_s=-_TWO_HOURS_S)),
        Layout(front=True, clock=True),
        leaves("auth"),
    ),
    _clock(
        "both-clocks-leap",
        "both hosts' clocks leap nine hours ahead every six seconds: every session soon seems to have ended",
        "the two agree with each other and with nobody else; nothing but the time was touched (CC-03)",
        _both_leap,
    ),
    _clock(
        "clocks-drift-apart",
        "the provider's clock runs fast and the portal's slow, each a little more every second",
        "nothing but clocks was touched, little by little, until they differ by more than is let pass (OI-04)",
        _drift_apart,
    ),
    _clock(
        "portal-wakes-behind",
        "the portal stands still for three seconds and wakes ten minutes in the past",
        "the process is well at once after it woke; what stays wrong, and slowly mends, is its host's time",
        wakes_behind,
    ),
)
