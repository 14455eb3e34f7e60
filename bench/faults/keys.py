"""Keys, secrets and certificates that ended or were rotated on one side alone; and clocks that are off."""

from __future__ import annotations

import secrets
import signal
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.faults.authority import Authority
from bench.faults.children import send
from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.fault import Do, Fault, Layout
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import Stage, pause
from bench.faults.standing import set_clock
from bench.faults.stores import ACCOUNT

_TLS = Layout(tls=True)
_CLOCK = Layout(clock=True)
_SOON_S = 6


def rotated(name: str, *services: str) -> Do:
    """The file gets a new secret, and these services take it."""

    def inject(stage: Stage) -> None:
        stage.secret(name).write_text(secrets.token_urlsafe(48) + "\n")
        for service in services:
            stage.reload(service)

    return inject


def new_pem() -> bytes:
    """A signing key of RSA."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _half_rotated(stage: Stage) -> None:
    """A new signing key, and one of the two workers goes on with the old one."""
    stage.secret("oidc-signing-key.pem").write_bytes(new_pem())
    send(stage.workers("auth")[0], signal.SIGKILL)


def _spoiled(stage: Stage) -> None:
    """A key file that was cut short, and a restart."""
    path = stage.secret("oidc-signing-key.pem")
    path.write_bytes(path.read_bytes()[:300])
    stage.restart("auth")


def expires(name: str) -> Do:
    """The front's certificate ends while people are at it."""

    def inject(stage: Stage) -> None:
        assert stage.authority is not None
        _serve(stage, stage.authority, name, datetime.now(UTC) + timedelta(seconds=_SOON_S))
        pause(_SOON_S)

    return inject


def _other_name(stage: Stage) -> None:
    """A renewed certificate names another host."""
    assert stage.authority is not None
    stage.authority.issue(stage.certificate("auth"), "auth.school.example")
    present(stage, "auth")


def _other_authority(stage: Stage) -> None:
    """A renewed certificate comes from a CA that nobody was told of."""
    stranger = Authority(stage.directory / "other-ca", "Another CA")
    stranger.found()
    _serve(stage, stranger, "auth", None)


def _serve(stage: Stage, authority: Authority, name: str, ends: datetime | None) -> None:
    authority.issue(stage.certificate(name), ends=ends)
    present(stage, name)


def present(stage: Stage, name: str) -> None:
    """Have the front take the certificate that lies there."""
    context = stage.relays[f"front-{name}"].context
    assert context is not None
    context.load_cert_chain(stage.certificate(name))


def _key(name: str, what: str, inject: Do, *also: str, layout: Layout | None = None) -> Fault:
    return Fault(name, ("key", *also), what, inject, layout or Layout())


def _clock(name: str, service: str, offset_s: int) -> Fault:
    def inject(stage: Stage) -> None:
        set_clock(stage.clock(service), offset_s)

    return Fault(name, ("clock",), f"the clock of {service} is off by {offset_s:+d} s", inject, _CLOCK)


_PASSWORD = f"ALTER ROLE {ACCOUNT} PASSWORD '{secrets.token_urlsafe(12)}'"
_END_ALL = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ACCOUNT}'"
FAULTS = (
    _key("client-secret-at-auth", "rotated at the provider alone", rotated("portal-client-secret-at-auth", "auth")),
    _key("client-secret-at-portal", "rotated at the portal alone", rotated("portal-client-secret", "portal")),
    _key("auth-secret-key", "the key of the provider's sessions is new", rotated("auth-secret-key", "auth")),
    _key("portal-secret-key", "the key of the portal's sessions is new", rotated("portal-secret-key", "portal")),
    _key("signing-key-half-rotated", "one worker signs by the old key", _half_rotated),
    _key("signing-key-spoiled", "the key file was cut short; it does not start", _spoiled),
    _key("certificate-expired", "the provider's certificate ended", expires("auth"), layout=_TLS),
    _key("portal-certificate-expired", "the portal's certificate ended", expires("portal"), layout=_TLS),
    _key("certificate-other-name", "the provider's certificate names another host", _other_name, layout=_TLS),
    _key("certificate-other-authority", "nobody knows who signed it", _other_authority, layout=_TLS),
    _key(
        "database-password", "rotated at PostgreSQL alone", said(_PASSWORD, _END_ALL), "database", layout=ON_POSTGRESQL
    ),
    _key(
        "store-password",
        "Redis wants a password that the provider was not given (RS-05)",
        asked(f"CONFIG SET requirepass {secrets.token_hex(8)}", "CLIENT KILL TYPE normal SKIPME no"),
        "session-store",
        layout=ON_REDIS,
    ),
    _clock("portal-clock-behind", "portal", -900),
    _clock("portal-clock-ahead", "portal", 1800),
    _clock("auth-clock-ahead", "auth", 1200),
    _clock("auth-clock-behind", "auth", -1800),
    _clock("portal-clock-a-day-ahead", "portal", 90000),
)
