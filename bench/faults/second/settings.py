"""The second set: settings, keys and clocks that are wrong in ways that neither earlier set has."""

from __future__ import annotations

import itertools
import sys
import time
from datetime import UTC, datetime, timedelta

from bench.faults.authority import Authority
from bench.faults.databases import ON_POSTGRESQL
from bench.faults.edit import replace
from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_settings import TLS, renewed, sets
from bench.faults.keys import present, rotated
from bench.faults.mend import clocks_right, every, files, keep, started
from bench.faults.session_stores import ON_REDIS
from bench.faults.stage import Stage
from bench.faults.standing import environment, set_clock
from bench.faults.stores import ACCOUNT

_CLOCK = Layout(clock=True)
_JUST_TOO_MUCH_S = 200
_PULL_S, _EACH_S = 30, 2.0


# Configuration -------------------------------------------------------------------------------------------------------


def _wrong(name: str, what: str, inject: Do, service: str, layout: Layout | None = None) -> Fault:
    return Fault(name, ("configuration",), what, inject, layout or Layout(), undo=files(service))


def _https_where_http_is(stage: Stage) -> None:
    """The portal asks for the provider by HTTPS at a port that speaks HTTP."""
    sets("portal", {"sign_in.issuer": stage.addresses["auth"].replace("http:", "https:") + "/o"})(stage)


def _other_database(stage: Stage) -> None:
    """The same server; the name of a database that was never made."""
    assert stage.postgresql is not None
    port = stage.relays["database"].port
    sets("auth", {"database.address": f"postgresql://{ACCOUNT}@127.0.0.1:{port}/school_staging"})(stage)


def _misspelt(stage: Stage) -> None:
    """A key that nobody knows. A reload would be refused; the restart that follows does not come up."""
    path = stage.toml("portal")
    keep(stage, path)
    replace(path, path.read_text(encoding="utf-8").replace("[sign_in]\n", "[sign_in]\nrecheck_second = 60\n", 1))
    stage.restart("portal")


COOKIE_DOMAIN = sets("portal", {"session.cookie_domain": "portal.school.example"})


# Keys ----------------------------------------------------------------------------------------------------------------


def emptied(name: str, service: str) -> Do:
    """A release of secrets wrote nothing into this file, and the service takes it."""

    def inject(stage: Stage) -> None:
        keep(stage, stage.secret(name))
        stage.secret(name).write_text("\n")
        stage.reload(service)

    return inject


def _rotated_here_alone(stage: Stage) -> None:
    """The provider got the next password of its database; the database was not told."""
    keep(stage, stage.secret("database-password"))
    rotated("database-password", "auth")(stage)


def _authority_forgotten(stage: Stage) -> None:
    """The portal's host has a new list of authorities, without ours: its way to the provider has no trust any more."""
    stranger = Authority(stage.directory / "other-ca", "Another CA")
    stranger.found()
    stage.children.running.remove(stage.services["portal"])
    stage.children.end(stage.services["portal"], 20)
    command = [sys.executable, "-m", "school", "serve", str(stage.site), "portal"]
    trust = {"REQUESTS_CA_BUNDLE": str(stranger.pem), "SSL_CERT_FILE": str(stranger.pem)}
    stage.services["portal"] = stage.start("portal", command, stage.release, environment(stage, "portal") | trust)


def _self_signed(stage: Stage) -> None:
    """No certificate was renewed, and the front falls back on one that it made for itself."""
    own = Authority(stage.directory / "own-ca", "Front's own certificate")
    own.found()
    own.issue(stage.certificate("portal"), "front.invalid", ends=datetime.now(UTC) + timedelta(days=365))
    present(stage, "portal")


def _key(name: str, what: str, inject: Do, undo: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, ("key",), what, inject, layout or Layout(), undo=undo)


# Clocks --------------------------------------------------------------------------------------------------------------


def clock(service: str, offset_s: int) -> Do:
    """The clock of the service goes so many seconds ahead."""

    def inject(stage: Stage) -> None:
        set_clock(stage.clock(service), offset_s)

    return inject


def _since_1970(stage: Stage) -> None:
    """The battery of the portal's host is empty: after the power came back its clock began with 1970."""
    set_clock(stage.clock("portal"), -int(time.time()) + 600)


def _pulled_back(stage: Stage) -> None:
    """A time server that is wrong pulls the clock of the portal's host back, thirty seconds each two."""
    offsets = itertools.count(-_PULL_S, -_PULL_S)
    every(stage, _EACH_S, lambda: set_clock(stage.clock("portal"), next(offsets)))


def _clock(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("clock",), what, inject, _CLOCK, undo=clocks_right)


SECRET_EMPTIED = emptied("portal-client-secret", "portal")
FAULTS = (
    _wrong("portal-cookie-domain", "the portal's cookie is of a domain elsewhere", COOKIE_DOMAIN, "portal"),
    _wrong(
        "client-secret-file-wrong",
        "the portal reads its client secret from another file",
        sets("portal", {"sign_in.client_secret_file": "secrets/monitoring-token"}),
        "portal",
    ),
    _wrong("issuer-by-https", "the issuer is written with https", _https_where_http_is, "portal"),
    _wrong(
        "portal-listens-elsewhere",
        "the portal listens at an address that nobody is led to",
        sets("portal", {"service.host": "127.0.0.9"}),
        "portal",
    ),
    _wrong(
        "store-address-wrong",
        "the sessions' Redis is sought where none is",
        sets("auth", {"session.redis_url": "redis://127.0.0.1:1/0"}),
        "auth",
        ON_REDIS,
    ),
    _wrong("database-name-wrong", "the database of another environment", _other_database, "auth", ON_POSTGRESQL),
    _wrong("key-misspelt-then-restart", "portal.toml has a misspelt key, and a restart", _misspelt, "portal"),
    _key("client-secret-emptied", "the portal's client secret is empty", SECRET_EMPTIED, files("portal")),
    _key("database-password-here", "rotated at the provider alone", _rotated_here_alone, files("auth"), ON_POSTGRESQL),
    _key("authority-forgotten", "the portal trusts our CA no more", _authority_forgotten, started("portal"), TLS),
    _key("portal-certificate-self-made", "the portal's front signed for itself", _self_signed, renewed("portal"), TLS),
    _clock("auth-clock-minutes-ahead", "the provider's clock is 200 s ahead", clock("auth", _JUST_TOO_MUCH_S)),
    _clock("portal-clock-in-1970", "the portal's clock began anew", _since_1970),
    _clock("portal-clock-pulled-back", "a wrong time server pulls the portal's clock back", _pulled_back),
)
