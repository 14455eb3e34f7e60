"""What Authelia refuses at its start: storage, keys and the sender of its mail."""

from __future__ import annotations

from doorward.check.rule import EVERYTHING, Hit, Hits, effect, rule
from doorward.check.values import has, shown, where
from doorward.model.configuration import Configuration
from doorward.model.fact import Flow
from doorward.model.finding import Difference, Severity, What

_STORAGE = "https://www.authelia.com/configuration/storage/introduction/"
_REFUSED = effect("everyone", "at the next start", "gets no answer: Authelia does not start", What.START, *EVERYTHING)

_SHORTEST_KEY = 20
"""Authelia's own limit for `storage.encryption_key`."""


@rule(
    "AUTHELIA-03",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("AD-01",),
    sources=(_STORAGE + "#encryption_key", "https://github.com/authelia/authelia/issues/3023"),
)
def encryption_key_changed(old: Configuration, new: Configuration) -> Hits:
    """The key that encrypts the database is another one.

    Why: Authelia compares the key at its start with a value in the database, and stops when it does not fit. With a new
    database instead, everybody's second factors are gone.

    Fix: put the former key back, or change it in the database first: `authelia storage encryption change-key`.
    """
    pointer = "storage.encryption_key"
    before, after = shown(old, pointer), shown(new, pointer)
    if new.kind == "authelia" and before and after and before != after:
        message = "the key that encrypts the database is another one"
        yield Hit(where(new, pointer), message, Difference(pointer, before, after))


@rule(
    "AUTHELIA-04",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("AD-01",),
    sources=(
        _STORAGE,
        "https://www.authelia.com/configuration/notifications/smtp/#sender",
        "authelia/authelia internal/configuration/validator/storage.go",
        "authelia/authelia internal/configuration/validator/notifier.go",
    ),
)
def refused_at_start(new: Configuration) -> Hits:
    """Authelia refuses its storage, its encryption key or the sender of its mail.

    Why: it reads the whole configuration at its start and stops at a value that it cannot use. What runs goes on with
    the former configuration until the next restart.

    Fix: mend the value that is named.
    """
    if new.kind != "authelia":
        return
    yield from _storage(new)
    for flow in new.facts_of(Flow):
        if flow.name == "encryption-key-length" and flow.values and int(flow.values[0]) < _SHORTEST_KEY:
            yield Hit(flow.where, f"the encryption key has {flow.values[0]} signs; Authelia asks for {_SHORTEST_KEY}")
        if flow.name == "mail-sender" and flow.values == ("empty",):
            yield Hit(flow.where, "the sender of mail is empty")
        if flow.name == "mail-sender" and flow.values == ("text",):
            yield Hit(flow.where, "the sender of mail is no address")
    if has(new, "notifier.smtp") and has(new, "notifier.filesystem"):
        yield Hit(where(new, "notifier.filesystem"), "two notifiers: Authelia takes one")


def _storage(new: Configuration) -> Hits:
    chosen = [kind for kind in ("local", "mysql", "postgres") if has(new, f"storage.{kind}")]
    if len(chosen) > 1:
        message = f"{' and '.join(chosen)} are both given: Authelia takes one storage"
        yield Hit(where(new, f"storage.{chosen[1]}"), message)
    for kind in chosen:
        table = f"storage.{kind}"
        if kind != "local" and not any(has(new, f"{table}.{key}") for key in ("address", "host", "servers")):
            variable = f"AUTHELIA_STORAGE_{kind.upper()}_ADDRESS"
            fix = f"give {table}.address, unless the service is started with {variable}"
            yield Hit(where(new, f"{table}.address"), f"the address of the {kind} database is missing", fix=fix)


RULES = (encryption_key_changed, refused_at_start)
