"""Held out: settings, keys and clocks that are wrong in ways that the catalogue does not have."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.edit import Value, replace
from bench.faults.fault import Do, Fault, Layout
from bench.faults.keys import present
from bench.faults.mend import clocks_right, every, files, keep, started
from bench.faults.stage import Stage
from bench.faults.standing import set_clock
from bench.faults.stores import ACCOUNT

TLS = Layout(tls=True)
_CLOCK = Layout(clock=True)
END_ALL = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ACCOUNT}'"
_DRIFT_S = 45
_FLAP_S = 4.0
_TWO_HOURS_S = 7200
_THREE_MONTHS_S = 90 * 86400


def sets(service: str, values: dict[str, Value]) -> Do:
    """Change these settings; the file as it was is kept."""

    def inject(stage: Stage) -> None:
        keep(stage, stage.toml(service))
        stage.set(service, values)

    return inject


# Configuration -------------------------------------------------------------------------------------------------------


def _wrong(name: str, what: str, inject: Do, service: str) -> Fault:
    return Fault(name, ("configuration",), what, inject, undo=files(service))


def public_url_elsewhere(stage: Stage) -> None:
    """The portal names a callback that nobody registered: the provider refuses each authorization request."""
    sets("portal", {"service.public_url": f"http://portal.school.example:{stage.ports['portal']}"})(stage)


def _issuer_by_another_name(stage: Stage) -> None:
    """The address answers, and its document names another issuer (OpenID Connect Discovery 1.0 section 4.3)."""
    sets("portal", {"sign_in.issuer": f"http://localhost:{stage.ports['auth']}/o"})(stage)


def _cut(stage: Stage) -> None:
    """An editor left half of the file. A reload would be refused; a restart does not come up."""
    path = stage.toml("auth")
    keep(stage, path)
    text = path.read_text(encoding="utf-8")
    replace(path, text[: text.index("signing_key_file") + 8])
    stage.restart("auth")


# Keys ----------------------------------------------------------------------------------------------------------------


def _other_kind(stage: Stage) -> None:
    """A new key that is sound, and not one of RSA: no ID token can be signed."""
    path = stage.secret("oidc-signing-key.pem")
    keep(stage, path)
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    stage.reload("auth")


def _emptied(stage: Stage) -> None:
    """The job that renews secrets failed half way: the file is there and empty."""
    path = stage.secret("auth-secret-key")
    keep(stage, path)
    path.write_text("\n")
    stage.reload("auth")


def renewed(name: str, begins_in: timedelta | None = None) -> Do:
    """The front gets another certificate of the same CA for the same name."""

    def inject(stage: Stage) -> None:
        assert stage.authority is not None
        begins = datetime.now(UTC) + begins_in if begins_in else None
        stage.authority.issue(stage.certificate(name), begins=begins)
        present(stage, name)

    return inject


# Clocks --------------------------------------------------------------------------------------------------------------


def _drifts(stage: Stage) -> None:
    """A virtual machine whose clock runs fast: 45 s more each second."""
    offsets = itertools.count(0, _DRIFT_S)
    every(stage, 1.0, lambda: set_clock(stage.clock("auth"), next(offsets)))


def _flaps(stage: Stage) -> None:
    """Two time servers disagree, and the portal's host follows now one, now the other."""
    offsets = itertools.cycle((-_TWO_HOURS_S, 0))
    every(stage, _FLAP_S, lambda: set_clock(stage.clock("portal"), next(offsets)))


def _months_behind(stage: Stage) -> None:
    """The provider's host woke from a snapshot of the spring: what it signs has ended long ago."""
    set_clock(stage.clock("auth"), -_THREE_MONTHS_S)


def _clock(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("clock",), what, inject, _CLOCK, undo=clocks_right)


FAULTS = (
    _wrong(
        "signing-key-file-swapped",
        "the signing key is said to be in the file of the secret key",
        sets("auth", {"oidc.signing_key_file": "secrets/auth-secret-key"}),
        "auth",
    ),
    _wrong("portal-public-url", "the portal believes to live elsewhere", public_url_elsewhere, "portal"),
    _wrong("issuer-by-another-name", "the issuer is written as localhost", _issuer_by_another_name, "portal"),
    _wrong("file-cut-then-restart", "auth.toml ends in the middle, and a restart", _cut, "auth"),
    _wrong(
        "log-path-is-a-directory",
        "the log's path names a directory: no event can be written",
        sets("portal", {"log.path": "logs"}),
        "portal",
    ),
    _wrong(
        "portal-database-address",
        "the portal's data is said to be on a server that is not there",
        sets("portal", {"database.address": "postgresql://portal@127.0.0.1:1/school"}),
        "portal",
    ),
    Fault("signing-key-other-kind", ("key",), "the new signing key is no RSA key", _other_kind, undo=files("auth")),
    Fault("secret-key-emptied", ("key",), "the provider's secret key is empty", _emptied, undo=started("auth")),
    Fault(
        "certificate-not-yet-valid",
        ("key",),
        "the portal's new certificate holds from tomorrow on",
        renewed("portal", timedelta(days=1)),
        TLS,
        undo=renewed("portal"),
    ),
    Fault(
        "database-password-ended",
        # Both name what is to be mended: the password's end stands in the database.
        ("key", "database"),
        "the password of the provider's account ended",
        said(f"ALTER ROLE {ACCOUNT} VALID UNTIL '2020-01-01'", END_ALL),
        ON_POSTGRESQL,
        undo=said(f"ALTER ROLE {ACCOUNT} VALID UNTIL 'infinity'"),
    ),
    _clock("auth-clock-drifts", "the provider's clock runs fast", _drifts),
    _clock("portal-clock-flaps", "the portal's clock jumps to and fro by two hours", _flaps),
    _clock("auth-clock-months-behind", "the provider's clock is three months behind", _months_behind),
)
