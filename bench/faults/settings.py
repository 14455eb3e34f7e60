"""Wrong settings: one of every family of the catalogue that the school can have, written past the check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.faults.edit import Value
from bench.faults.fault import Do, Fault, Layout
from bench.faults.stage import Stage


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong setting: of which service, which keys, and what follows."""

    name: str
    service: str
    values: Mapping[str, Value]
    what: str
    layout: Layout = field(default_factory=Layout)
    causes: tuple[str, ...] = ("configuration",)


def sets(service: str, values: Mapping[str, Value]) -> Do:
    """An injection that changes these settings."""

    def inject(stage: Stage) -> None:
        stage.set(service, values)

    return inject


_REMOVED = "django.contrib.sessions.serializers.PickleSerializer"
WRONG = (
    Wrong("bind-exact-address", "auth", {"session.bind_ipv4_prefix": 32}, "sessions bound to one address"),
    Wrong("serializer-removed", "auth", {"session.serializer": _REMOVED}, "every request fails (DJ-22)"),
    Wrong("engine-without-redis", "auth", {"session.engine": "cache"}, "sessions in a Redis that is not there"),
    Wrong("cookie-path-elsewhere", "auth", {"session.cookie_path": "/account"}, "the cookie is not sent back"),
    Wrong("cookie-domain-foreign", "auth", {"session.cookie_domain": "school.example"}, "browsers drop the cookie"),
    Wrong("cookie-secure-on-http", "auth", {"session.cookie_secure": True}, "browsers drop the cookie"),
    Wrong("form-cookie-secure", "auth", {"csrf.cookie_secure": True}, "every form is refused, 403"),
    Wrong("host-not-allowed", "auth", {"service.allowed_hosts": ["school.example"]}, "400 for everybody (DJ-33)"),
    Wrong("issuer-changed", "auth", {"service.public_url": "http://auth.school.example"}, "issuer differs (KC-S01)"),
    Wrong(
        "callback-dropped",
        "auth",
        {"client[0].redirect_uris": ["https://portal.school.example/sign-in/callback/"]},
        "the portal's callback is not registered (KC-C01)",
    ),
    Wrong("client-renamed", "auth", {"client[0].id": "school-portal"}, "the portal is no client any more (KC-C09)"),
    Wrong("proxy-not-trusted", "auth", {"proxy.trusted": []}, "all come from one address; bound sessions break"),
    Wrong("database-elsewhere", "auth", {"database.path": "accounts.sqlite3"}, "an empty database (DJ-44)"),
    Wrong("lockout-at-once", "auth", {"lockout.failures": 1}, "one typing mistake locks an account (KC-R17)"),
    Wrong("hash-too-dear", "auth", {"password.memory_kib": 262144, "password.passes": 6}, "each sign-in takes seconds"),
    Wrong("port-moved", "auth", {"service.port": 1}, "it listens where nobody asks"),
    Wrong("issuer-path-wrong", "portal", {"sign_in.issuer": "http://127.0.0.1:1/o"}, "no discovery (OI-01)"),
    Wrong("client-id-wrong", "portal", {"sign_in.client_id": "portal-staging"}, "a client that is not registered"),
    Wrong("timeout-tiny", "portal", {"sign_in.timeout_seconds": 0.002}, "no answer of the provider is quick enough"),
    Wrong("portal-cookie-secure", "portal", {"session.cookie_secure": True}, "state is lost: every sign-in fails"),
    Wrong("cookie-names-collide", "portal", {"session.cookie_name": "auth_session"}, "the two overwrite each other"),
    Wrong("portal-host-not-allowed", "portal", {"service.allowed_hosts": ["school.example"]}, "400 for everybody"),
    Wrong("portal-database-elsewhere", "portal", {"database.path": "school.sqlite3"}, "an empty database"),
    Wrong("portal-cookie-path", "portal", {"session.cookie_path": "/portal"}, "state is lost: every sign-in fails"),
)
FAULTS = tuple(Fault(w.name, w.causes, w.what, sets(w.service, w.values), w.layout) for w in WRONG)
