"""A document of Authelia in, Facts with their places out. Defaults are those of Authelia's reference. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import urlsplit

from doorward.model.fact import Callback, Cookie, Fact, Flow, Secret, SessionLife, SigningKey, Store
from doorward.systems.django.redaction import is_unknown
from doorward.systems.oidc.document import Document, place_of
from doorward.systems.oidc.durations import worded_seconds

PROVIDER = "identity_providers.oidc"
_HOUR = "1 hour"
_PRIVATE = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")
_BLOCK = re.compile(r"-----BEGIN ([A-Z ]+)-----")
_SENDER = re.compile(r"(?:[^<>]*<)?[^@<>\s]+@[^@<>\s]+>?")


def facts(document: Document, public_url: str | None) -> tuple[Fact, ...]:
    """Every Fact; the session cookie is the one for the host of `public_url`, else the first."""
    told = (_session(document, public_url), _keys(document), _mail(document), _provider(document))
    return (*chain.from_iterable(told), *document.certificates())


def _session(document: Document, public_url: str | None) -> Iterator[Fact]:
    if not document.has("session"):
        return  # another file of several may hold it
    table = _cookie_table(document, public_url)
    yield Cookie(
        where=document.where(f"{table}.name"),
        purpose="session",
        name=_inherited(document, table, "name", "authelia_session"),
        domain=document.text(f"{table}.domain"),
        path="/",
        secure=True,
        same_site=_inherited(document, table, "same_site", "lax"),
    )
    pointer = _pointer(document, table, "expiration")
    value = document.values.get(pointer)
    life = None if is_unknown(value) else worded_seconds(_HOUR if value is None else value)
    yield SessionLife(document.where(pointer), None if life is None else int(life))
    yield _store(document)
    yield SigningKey(document.where("session.secret"), "session", document.digest("session.secret"))


def _cookie_table(document: Document, public_url: str | None) -> str:
    tables = document.items("session.cookies")
    host = urlsplit(public_url or "").hostname or ""
    fits = (t for t in tables if _covers(document.text(f"{t}.domain") or "", host))
    return next(fits, tables[0] if tables else "session")


def _covers(domain: str, host: str) -> bool:
    return bool(domain and host) and (host == domain or host.endswith("." + domain.lstrip(".")))


def _pointer(document: Document, table: str, key: str) -> str:
    """A cookie's own key, else the one that it inherits."""
    own = f"{table}.{key}"
    return own if document.has(own) or not document.has(f"session.{key}") else f"session.{key}"


def _inherited(document: Document, table: str, key: str, default: str) -> str | None:
    return document.text(_pointer(document, table, key), default)


def _store(document: Document) -> Store:
    if not document.has("session.redis"):
        return Store(document.where("session"), "memory", None, None, None)
    keys = ("host", "port", "database_index", "high_availability.sentinel_name")
    values = [document.values.get(f"session.redis.{key}") for key in keys]
    place = None if any(is_unknown(value) for value in values) else place_of(*values)
    return Store(document.where("session.redis"), "redis", None, place, True)


def _keys(document: Document) -> Iterator[Fact]:
    pointer = "storage.encryption_key"
    value = document.values.get(pointer)
    if value is not None and not is_unknown(value):
        yield Flow(document.where(pointer), "encryption-key-length", (str(len(str(value))),))
    for item in document.items(f"{PROVIDER}.jwks"):
        yield Flow(document.where(f"{item}.key"), "jwk", _form_of_key(document, f"{item}.key"))


def _form_of_key(document: Document, pointer: str) -> tuple[str, ...] | None:
    """`private`, `empty`, `public key`, `certificate`, `text`; None where it is not known."""
    value = document.values.get(pointer)
    if is_unknown(value):
        return None
    text = "" if value is None else str(value)
    if not text.strip():
        return ("empty",)
    if _PRIVATE.search(text):
        return ("private",)
    block = _BLOCK.search(text)
    return (block[1].lower(),) if block else ("text",)


def _mail(document: Document) -> Iterator[Fact]:
    pointer = "notifier.smtp.sender"
    value = document.values.get(pointer)
    if not document.has(pointer) or is_unknown(value):
        return
    text = "" if value is None else str(value).strip()
    form = "address" if _SENDER.fullmatch(text) else "text" if text else "empty"
    yield Flow(document.where(pointer), "mail-sender", (form,))


def _provider(document: Document) -> Iterator[Fact]:
    if not document.has(PROVIDER):
        return
    yield Flow(document.where(PROVIDER), "single-sign-on-provider", ("oidc",))
    for table in document.items(f"{PROVIDER}.clients"):
        client = document.text(f"{table}.client_id") or document.text(f"{table}.id") or table
        secret = f"{table}.secret" if document.has(f"{table}.secret") else f"{table}.client_secret"
        form = _form_of_secret(document.values.get(secret))
        yield Secret(document.where(secret), client, document.digest(secret) if form == ("plain",) else None)
        yield Flow(document.where(secret), f"client-secret {table}", form)
        yield from _callbacks(document, table, client)


def _form_of_secret(value: object) -> tuple[str, ...] | None:
    """`none`, `plain` or `hash`; None where it is not known."""
    if is_unknown(value):
        return None
    text = "" if value is None else str(value)
    if not text:
        return ("none",)
    return ("plain",) if not text.startswith("$") or text.startswith("$plaintext$") else ("hash",)


def _callbacks(document: Document, table: str, client: str) -> Iterator[Callback]:
    pointer = f"{table}.redirect_uris"
    listed = document.items(pointer) or ((pointer,) if document.has(pointer) else ())
    for item in listed or (pointer,):
        yield Callback(document.where(item), client, document.text(item), "provider")
