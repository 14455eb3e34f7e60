"""What Dex refuses at its start."""

from __future__ import annotations

from doorward.check.rule import EVERYTHING, Hit, Hits, effect, rule
from doorward.check.values import has, is_missing, items, shown, where
from doorward.check.web_address import origin_of
from doorward.model.configuration import Configuration
from doorward.model.finding import Severity, What
from doorward.systems.oidc.durations import go_seconds

_SERVE = "dexidp/dex cmd/dex/serve.go and cmd/dex/config.go"
_REFUSED = effect("everyone", "at the next start", "gets no answer: Dex does not start", What.START, *EVERYTHING)
_LENGTHS = (
    "expiry.idTokens",
    "expiry.signingKeys",
    "expiry.authRequests",
    "expiry.deviceRequests",
    "expiry.refreshTokens.validIfNotUsedFor",
    "expiry.refreshTokens.absoluteLifetime",
    "expiry.refreshTokens.reuseInterval",
)


@rule(
    "DEX-01",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("AD-07", "AD-08", "AD-10", "AD-11"),
    sources=("https://dexidp.io/docs/configuration/", "https://pkg.go.dev/time#ParseDuration", _SERVE),
)
def refused_at_start(new: Configuration) -> Hits:
    """Dex refuses the configuration.

    Why: it does not start without issuer, storage and address to listen on, with a client that lacks its name or its
    secret, without any way to sign in, or with a length of time that it cannot read: it knows hours, minutes and
    seconds, and no days. What runs goes on until the next restart.

    Fix: mend the value that is named; seven days are `168h`.
    """
    if new.kind != "dex":
        return
    if new.flow("templated") is None:
        yield from _missing(new)
    issuer = shown(new, "issuer")
    if issuer and not origin_of(issuer):
        yield Hit(where(new, "issuer"), f"the issuer {issuer} is no address")
    for pointer in _LENGTHS:
        text = shown(new, pointer)
        if text and go_seconds(text) is None:
            yield Hit(where(new, pointer), f"{text} is no length of time that Dex reads")
    for table in items(new, "staticClients"):
        yield from _client(new, table)
    for table in items(new, "connectors"):
        for key in ("id", "name", "type"):
            if is_missing(new, f"{table}.{key}"):
                yield Hit(where(new, f"{table}.{key}"), f"a connector without {key}")


def _missing(new: Configuration) -> Hits:
    if is_missing(new, "issuer"):
        yield Hit(where(new, "issuer"), "the issuer is missing")
    if is_missing(new, "storage.type"):
        yield Hit(where(new, "storage.type"), "the storage is missing")
    if is_missing(new, "web.http") and is_missing(new, "web.https"):
        yield Hit(where(new, "web.http"), "there is no address to listen on")
    if not is_missing(new, "web.https"):
        for key in ("tlsCert", "tlsKey"):
            if is_missing(new, f"web.{key}"):
                yield Hit(where(new, f"web.{key}"), f"HTTPS without {key}")
    local = "enablePasswordDB"
    off = is_missing(new, local) or shown(new, local) == "false"
    if has(new, "staticPasswords") and off:
        yield Hit(where(new, "staticPasswords"), "passwords are listed, and enablePasswordDB is off")
    elif is_missing(new, "connectors") and off and shown(new, "storage.type") == "memory":
        yield Hit(where(new, "connectors"), "nobody can sign in: there is no connector and no password")


def _client(new: Configuration, table: str) -> Hits:
    if is_missing(new, f"{table}.name"):
        yield Hit(where(new, f"{table}.name"), "a client without a name")
    if is_missing(new, f"{table}.id") and is_missing(new, f"{table}.idEnv"):
        yield Hit(where(new, f"{table}.id"), "a client without an id")
    public = not is_missing(new, f"{table}.public") and shown(new, f"{table}.public") != "false"
    if is_missing(new, f"{table}.secret") and is_missing(new, f"{table}.secretEnv") and not public:
        yield Hit(where(new, f"{table}.secret"), "the client has no secret, and is not public")
    if not is_missing(new, f"{table}.secret") and not is_missing(new, f"{table}.secretEnv"):
        yield Hit(where(new, f"{table}.secretEnv"), "the client has two secrets: secret and secretEnv")


RULES = (refused_at_start,)
