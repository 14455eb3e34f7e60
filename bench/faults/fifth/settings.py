"""The fifth set: settings, keys and clocks that are wrong in ways that no earlier set has."""

from __future__ import annotations

import json
import os

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from bench.faults.fault import Do, Fault, Layout
from bench.faults.fifth.spread import joins_in_turn, straight
from bench.faults.fourth.nodes import Own
from bench.faults.fourth.stores import replica
from bench.faults.held_out_settings import sets
from bench.faults.held_out_ways import BEHIND
from bench.faults.mend import clocks_right, each, files, keep
from bench.faults.stage import SERVICES, Stage
from bench.faults.standing import set_clock
from bench.faults.third.gateway import Answer, Asked, Gateway, let_in
from bench.faults.ways import lead

_FRONT = Layout(front=True)
_CLOCK = Layout(clock=True)
_JSON = (("Content-Type", "application/json"),)
_JWKS = "/o/.well-known/jwks.json"
_FALLBACK = "secrets/auth-secret-key-of-2024"
_LOCAL_S = 2 * 3600
_FORTY_MINUTES_S = 2400
_FORTY_DAYS_S = 40 * 86400


# Configuration -------------------------------------------------------------------------------------------------------


def _wrong(name: str, what: str, why: str, inject: Do, layout: Layout | None = None, undo: Do | None = None) -> Fault:
    return Fault(name, ("configuration",), what, inject, layout or Layout(), undo=undo or files("auth"), why=why)


def _node_beside_the_store(stage: Stage) -> None:
    """The new node was set up with a Redis of its own, as it stands alone on a developer's machine."""
    own = replica(stage)
    own.ask("REPLICAOF NO ONE")
    joins_in_turn(stage, "auth", Own({"session.redis_url": f"redis://127.0.0.1:{own.port}/0"}))


def _fallback_no_text(stage: Stage) -> None:
    """A setting that nobody has used before names the key of two years ago, which was kept as bytes."""
    (stage.site / _FALLBACK).write_bytes(b"\xff\xfe" + os.urandom(48))
    sets("auth", {"service.secret_key_fallback_files": [_FALLBACK]})(stage)


# Keys ----------------------------------------------------------------------------------------------------------------


def _key_removed(stage: Stage) -> None:
    """A job that tidies up takes the key in use off the published list; then the portal reads the list anew."""
    gateway = Gateway(stage.ports["auth"])
    empty = Answer(200, _JSON, json.dumps({"keys": []}).encode())
    gateway.instead = lambda asked: empty if asked == Asked("GET", _JWKS) else None
    let_in(stage, "back", gateway)
    stage.reload("portal")


def key_with_passphrase(stage: Stage) -> None:
    """The new signing key was saved under a passphrase, which the provider does not have."""
    path = stage.secret("oidc-signing-key.pem")
    keep(stage, path)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(os.urandom(12))))
    stage.reload("auth")


def _key(name: str, what: str, why: str, inject: Do, undo: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, ("key",), what, inject, layout or Layout(), undo=undo, why=why)


# Clocks --------------------------------------------------------------------------------------------------------------


def _back_in_local_time(stage: Stage) -> None:
    """The host was restarted, and takes the time of its battery's clock, which is the local one, for UTC."""
    set_clock(stage.clock("auth"), _LOCAL_S)
    stage.restart("auth")


def _past_certificates(stage: Stage) -> None:
    """Both hosts follow a time server that is forty days ahead; certificates hold for thirty."""
    for name in SERVICES:
        set_clock(stage.clock(name), _FORTY_DAYS_S)


def _clock(name: str, what: str, why: str, inject: Do, layout: Layout = _CLOCK, undo: Do = clocks_right) -> Fault:
    return Fault(name, ("clock",), what, inject, layout, undo=undo, why=why)


FAULTS = (
    _wrong(
        "second-node-own-store",
        "a second node of the provider joined, whose sessions are in a Redis of its own",
        "both stores are well; the new node's setting names another one than the first's (KC-S10)",
        _node_beside_the_store,
        Layout(sessions="cache", front=True),
        straight("auth"),
    ),
    _wrong(
        "library-callback-dropped",
        "the provider's settings name another callback for the library",
        "the library asks as it always did; what it asks for was taken out of our file (AD-05)",
        sets("auth", {"client[1].redirect_uris": ["https://library.school.example/callback"]}),
        Layout(library=True),
    ),
    _wrong(
        "second-node-other-cookie",
        "a second node of the portal joined, which keeps its session in another cookie",
        "the node has all else of the first; one key differs between the two files (CC-04, Cycode 2025)",
        lambda stage: joins_in_turn(stage, "portal", Own({"session.cookie_name": "portal_session_eu"})),
        _FRONT,
        straight("portal"),
    ),
    _wrong(
        "fallback-key-no-text",
        "a setting never used before names a former key that is no text: no worker starts",
        "no key in use was touched; a rarely used kind of change (Google 2020), and taking it back mends it",
        _fallback_no_text,
    ),
    _key(
        "log-key-new-on-one-node",
        "a second node of the provider joined, which knows networks by the next key: sessions of the one are no good",
        "the node has settings, data and time of the first; a key is rotated node by node (Fluid Attacks 2024)",
        lambda stage: joins_in_turn(stage, "auth", Own(secrets=("log-key",))),
        straight("auth"),
        _FRONT,
    ),
    _key(
        "signing-key-off-the-list",
        "the list of keys does not have the one that signs",
        "automation removed a key that was in use (Azure 2021); provider, way and settings are as they were",
        _key_removed,
        each(lambda stage: lead(stage, "back", stage.ports["auth"]), files("portal")),
        BEHIND,
    ),
    _key(
        "signing-key-with-passphrase",
        "the new signing key is under a passphrase: no token can be signed",
        "the key's file was replaced and nothing else; the former one mends it",
        key_with_passphrase,
        files("auth"),
    ),
    _clock(
        "auth-back-in-local-time",
        "the provider's host was restarted and takes local time for UTC",
        "the process is up at once and as before; what is wrong since is its host's time (CC-03)",
        _back_in_local_time,
    ),
    _clock(
        "second-portal-node-behind",
        "a second node of the portal joined, whose clock is forty minutes behind",
        "it has settings, keys and data of the first; to it alone each token is from the future (OI-04)",
        lambda stage: joins_in_turn(stage, "portal", Own(clock_s=-_FORTY_MINUTES_S)),
        Layout(front=True, clock=True),
        straight("portal"),
    ),
    _clock(
        "both-clocks-past-certificates",
        "both hosts are forty days ahead: the one takes the other's certificate for ended",
        "the certificates hold for weeks by anybody else's time; nothing but the time was touched",
        _past_certificates,
        Layout(tls=True, clock=True),
    ),
)
