"""The third set: settings, keys and clocks that are wrong in ways that no earlier set has."""

from __future__ import annotations

import itertools
import os
import secrets
import signal
from datetime import UTC, datetime, timedelta

from bench.faults.edit import Value
from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_settings import TLS, renewed, sets
from bench.faults.held_out_ways import BEHIND
from bench.faults.keys import new_pem, present
from bench.faults.mend import clocks_right, each, every, files, keep, stopped
from bench.faults.session_stores import ON_REDIS
from bench.faults.stage import Stage
from bench.faults.standing import set_clock
from bench.faults.third.gateway import Answer, Asked, Gateway, let_in
from bench.faults.ways import lead

_CLOCK = Layout(clock=True)
_TLS_CLOCK = Layout(tls=True, clock=True)
_NODE_S = 2.0
_WRONG_S, _RIGHT_S, _AHEAD_S = 6.0, 3.0, 5400
_FAST_S = 90
_THREE_MONTHS_S = 90 * 86400
# Either alone is less than the two minutes that the portal lets pass; both together are more.
_EACH_OFF_S = 100
_JWKS = "/o/.well-known/jwks.json"


# Configuration -------------------------------------------------------------------------------------------------------


def _wrong(name: str, what: str, why: str, inject: Do, service: str, layout: Layout | None = None) -> Fault:
    return Fault(name, ("configuration",), what, inject, layout or Layout(), undo=files(service), why=why)


_OF_STAGING: dict[str, Value] = {
    "service.public_url": "https://auth.staging.school.example",
    "database.path": "staging.sqlite3",
    "client[0].redirect_uris": ["https://portal.staging.school.example/sign-in/callback/"],
    "session.life_minutes": 30,
}


def _store_by_tls(stage: Stage) -> None:
    """TLS is spoken on one side alone."""
    sets("auth", {"session.redis_url": f"rediss://127.0.0.1:{stage.relays['store'].port}/0"})(stage)


# Keys ----------------------------------------------------------------------------------------------------------------


def _rotated_behind_a_cache(stage: Stage) -> None:
    """The next signing key takes the place of the last one; the portal's proxy gives out the list of keys of before."""
    gateway = Gateway(stage.ports["auth"])
    known = gateway.fetch(_JWKS)

    def from_cache(asked: Asked) -> Answer | None:
        return known if asked.path == _JWKS else None

    gateway.instead = from_cache
    let_in(stage, "back", gateway)
    path = stage.secret("oidc-signing-key.pem")
    keep(stage, path)
    path.write_bytes(new_pem())
    stage.reload("auth")


def _one_node_not_renewed(stage: Stage) -> None:
    """The provider's front has two nodes; on one of them the certificate ended yesterday."""
    assert stage.authority is not None
    ended = stage.authority.issue(stage.certificate("auth-ended"), ends=datetime.now(UTC) - timedelta(days=1))
    nodes = itertools.cycle((ended, stage.certificate("auth")))
    context = stage.relays["front-auth"].context
    assert context is not None
    every(stage, _NODE_S, lambda: context.load_cert_chain(next(nodes)))


def _node_renewed(stage: Stage) -> None:
    stopped(stage)
    for loop in stage.loops:
        loop.join(10)
    present(stage, "auth")


def _chain_cut(stage: Stage) -> None:
    """The renewed certificate comes from an authority below ours, and its own certificate is not sent along."""
    assert stage.authority is not None
    below = stage.authority.subordinate(stage.directory / "issuing-ca", "School issuing CA")
    below.issue(stage.certificate("auth"))
    present(stage, "auth")


def _new_on_scaling(stage: Stage) -> None:
    """The portal's secret key is new, and two workers more take it; the two of before go on with theirs, and neither
    reads what the other wrote."""
    path = stage.secret("portal-secret-key")
    keep(stage, path)
    path.write_text(secrets.token_urlsafe(48) + "\n")
    for _ in range(2):
        os.kill(stage.master("portal"), signal.SIGTTIN)


def _key(name: str, what: str, why: str, inject: Do, undo: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, ("key",), what, inject, layout or Layout(), undo=undo, why=why)


# Clocks --------------------------------------------------------------------------------------------------------------


def _ahead_of_certificates(stage: Stage) -> None:
    """To the portal, every certificate and every token ended long ago."""
    set_clock(stage.clock("portal"), _THREE_MONTHS_S)


def wanders(stage: Stage) -> None:
    """The host's own time and that of its virtual machine fight: six seconds an hour and a half ahead, three right."""

    def wander() -> None:
        set_clock(stage.clock("auth"), _AHEAD_S)
        stage.over.wait(_WRONG_S)
        set_clock(stage.clock("auth"), 0)

    every(stage, _RIGHT_S, wander)


def _runs_fast(stage: Stage) -> None:
    """Ninety seconds each second: tokens soon seem to have ended before they came."""
    offsets = itertools.count(0, _FAST_S)
    every(stage, 1.0, lambda: set_clock(stage.clock("portal"), next(offsets)))


def _apart(stage: Stage) -> None:
    """Two hosts, each off by less than anybody minds, in opposite directions."""
    set_clock(stage.clock("auth"), _EACH_OFF_S)
    set_clock(stage.clock("portal"), -_EACH_OFF_S)


def _clock(name: str, what: str, why: str, inject: Do, layout: Layout = _CLOCK) -> Fault:
    return Fault(name, ("clock",), what, inject, layout, undo=clocks_right, why=why)


FAULTS = (
    _wrong(
        "form-cookie-named-as-portals",
        "the provider's form cookie has the name of the portal's session",
        "one setting was changed and nothing else; putting it back mends it (cookies are not kept apart by port)",
        sets("auth", {"csrf.cookie_name": "portal_session"}),
        "auth",
    ),
    _wrong(
        "file-of-staging",
        "the provider got the settings of the test environment",
        "a configuration applied to the wrong environment (CC-06): each of its values is right, elsewhere",
        sets("auth", _OF_STAGING),
        "auth",
    ),
    _wrong(
        "portal-on-providers-database",
        "the portal's data is said to be in the provider's file",
        "the database is well, and is not the portal's: a path was copied from one file to the other",
        sets("portal", {"database.path": "auth.sqlite3"}),
        "portal",
    ),
    _wrong(
        "store-by-tls",
        "the provider speaks TLS to a Redis that does not",
        "Redis is as it was, and answers whoever asks as before; the address in the file was changed (RS-05)",
        _store_by_tls,
        "auth",
        ON_REDIS,
    ),
    _key(
        "signing-key-behind-cache",
        "the signing key is new, and a cache gives out the list of keys of before",
        "a key was rotated without overlap while its old list was still cached (Logto 2026, OI-02)",
        _rotated_behind_a_cache,
        each(lambda stage: lead(stage, "back", stage.ports["auth"]), files("auth")),
        BEHIND,
    ),
    _key(
        "certificate-ended-on-one-node",
        "one of two nodes shows a certificate that ended",
        "the way and the provider are well for whoever believes the certificate; it ended (CC-01), on a part",
        _one_node_not_renewed,
        _node_renewed,
        TLS,
    ),
    _key(
        "certificate-chain-cut",
        "the new certificate comes without the one between it and our CA",
        "a certificate was renewed, and what is shown cannot be verified (KC-S09); nothing else was touched",
        _chain_cut,
        renewed("auth"),
        TLS,
    ),
    _key(
        "portal-key-new-on-scaling",
        "the portal's secret key is new, and only the workers that were added have it",
        "a secret was rotated and half taken: old and new side by side cannot read each other (uniFLOW)",
        _new_on_scaling,
        files("portal"),
    ),
    _clock(
        "portal-clock-ahead-of-certificates",
        "the portal's clock is three months ahead: certificates seem to have ended",
        "every certificate is good for weeks; one host's clock alone was set",
        _ahead_of_certificates,
        _TLS_CLOCK,
    ),
    _clock(
        "auth-clock-wanders",
        "the provider's clock is an hour and a half ahead most of the time",
        "nothing but the clock of one host was touched, over and over (CC-03)",
        wanders,
    ),
    _clock(
        "portal-clock-runs-fast",
        "the portal's clock gains ninety seconds each second",
        "nothing but the clock of one host was touched, little by little (CC-03)",
        _runs_fast,
    ),
    _clock(
        "clocks-apart",
        "the provider's clock is 100 s ahead, the portal's 100 s behind",
        "nothing but clocks was touched: they differ by more than is let pass (OI-04)",
        _apart,
    ),
)
