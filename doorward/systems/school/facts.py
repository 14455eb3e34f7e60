"""A document of the school in, Facts with their places out. Defaults are those of the school's reference. Pure but for
the digests of key files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from doorward.model.fact import (
    Callback,
    Cookie,
    Endpoint,
    Fact,
    Flow,
    Issuer,
    Secret,
    SessionLife,
    SigningKey,
    Store,
    Where,
)
from doorward.systems.school.document import Document

_JSON = "django.contrib.sessions.serializers.JSONSerializer"
_LIFE_MINUTES = 480
_CALLBACK = "/sign-in/callback/"
"""Where the portal has people sent back to, below its own address."""

_HOSTS = ("127.0.0.1", "localhost")


def facts(document: Document, project: Path, serializer_fault: str | None) -> tuple[Fact, ...]:
    """Every Fact. `serializer_fault` says why the serializer cannot be had: "" if it can, None if not known."""
    of_one = _of_portal(document, project) if document.is_portal else _of_provider(document, project)
    return (*_keys(document, project), *_session(document, serializer_fault), *_service(document), *of_one)


def serializer(document: Document) -> str | None:
    """The serializer that the document chooses; the portal has no choice."""
    return None if document.is_portal else document.text("session.serializer", _JSON)


def _keys(document: Document, project: Path) -> Iterator[Fact]:
    pointer = "service.secret_key_file"
    yield SigningKey(document.where(pointer), "session", document.content_digest(pointer, project))
    pointer = "service.secret_key_fallback_files"
    for number, name in enumerate(document.texts(pointer, ()) or ()):
        where = Where(document.name, document.lines.get(pointer, 0), f"{pointer}[{number}]")
        yield SigningKey(where, "session", document.digest_of(name, project), fallback=True)


def _session(document: Document, serializer_fault: str | None) -> Iterator[Fact]:
    minutes = document.number("session.life_minutes", _LIFE_MINUTES)
    yield SessionLife(document.where("session.life_minutes"), None if minutes is None else minutes * 60)
    secure = document.truth("session.cookie_secure", False)
    yield Cookie(
        where=document.where("session.cookie_name"),
        purpose="session",
        name=document.text("session.cookie_name", "portal_session" if document.is_portal else "auth_session"),
        domain=document.text("session.cookie_domain"),
        path=document.text("session.cookie_path", "/"),
        secure=secure,
        same_site=document.text("session.cookie_samesite", "Lax"),
    )
    yield Cookie(
        where=document.where("csrf.cookie_name"),
        purpose="csrf",
        name="portal_csrf" if document.is_portal else document.text("csrf.cookie_name", "auth_csrf"),
        domain=None,
        path="/",
        secure=secure if document.is_portal else document.truth("csrf.cookie_secure", False),
        same_site="Lax",
    )
    yield _store(document, serializer_fault)


def _store(document: Document, serializer_fault: str | None) -> Store:
    engine = "db" if document.is_portal else document.text("session.engine", "db")
    of_database = "database.address" if document.text("database.address") else "database.path"
    pointer = "session.redis_url" if engine == "cache" else of_database
    place = document.text(pointer, "redis://127.0.0.1:6379/0" if engine == "cache" else None)
    return Store(
        where=document.where("session.engine"),
        engine=engine,
        serializer=serializer(document),
        place=hashlib.sha256(place.rpartition("@")[2].encode()).hexdigest()[:12] if place else None,
        shared=True,
        importable=None if serializer_fault is None else not serializer_fault,
        keeps=True,
        broken=(f"session.serializer: {serializer_fault}",) if serializer_fault else (),
    )


def _service(document: Document) -> Iterator[Fact]:
    yield Endpoint(document.where("service.public_url"), "public", document.text("service.public_url"))
    hosts = document.texts("service.allowed_hosts", _HOSTS)
    yield Flow(document.where("service.allowed_hosts"), "allowed-hosts", hosts)
    yield Flow(
        document.where("proxy.trusted"), "trusted-proxies", document.texts("proxy.trusted", ("127.0.0.1", "::1"))
    )


def _of_provider(document: Document, project: Path) -> Iterator[Fact]:
    public = document.text("service.public_url")
    yield Issuer(document.where("service.public_url"), public)
    yield Flow(document.where("oidc"), "single-sign-on-provider", ("oidc",))
    for family, default in (("ipv4", 24), ("ipv6", 56)):
        pointer = f"session.bind_{family}_prefix"
        prefix = document.number(pointer, default)
        yield Flow(document.where(pointer), f"binding-{family}", None if prefix is None else (str(prefix),))
    key = "oidc.signing_key_file"
    yield SigningKey(document.where(key), "token", document.content_digest(key, project))
    failures = document.number("lockout.failures", 10)
    yield Flow(document.where("lockout.failures"), "lockout", None if failures is None else (str(failures),))
    memory_kib, passes = document.number("password.memory_kib", 19_456), document.number("password.passes", 2)
    cost = None if memory_kib is None or passes is None else (str(memory_kib * passes),)
    yield Flow(document.where("password.memory_kib"), "hash-cost", cost)
    backend = document.text("mail.backend", "file")
    yield Flow(document.where("mail.backend"), "mail-backend", (backend,) if backend else None)
    yield from _clients(document, project)


def _clients(document: Document, project: Path) -> Iterator[Fact]:
    number = 0
    while f"client[{number}].id" in document.values:
        table = f"client[{number}]"
        name = document.text(f"{table}.id") or ""
        yield Secret(
            document.where(f"{table}.secret_file"), name, document.content_digest(f"{table}.secret_file", project)
        )
        for url in document.texts(f"{table}.redirect_uris", ()) or (None,):
            yield Callback(document.where(f"{table}.redirect_uris"), name, url, "provider")
        number += 1


def _of_portal(document: Document, project: Path) -> Iterator[Fact]:
    issuer = document.text("sign_in.issuer")
    client = document.text("sign_in.client_id", "portal") or ""
    yield Issuer(document.where("sign_in.issuer"), issuer)
    yield Endpoint(document.where("sign_in.issuer"), "provider", issuer)
    yield Flow(document.where("sign_in.issuer"), "single-sign-on-client", (client,))
    public = document.text("service.public_url")
    yield Callback(document.where("service.public_url"), client, f"{public}{_CALLBACK}" if public else None, "client")
    pointer = "sign_in.client_secret_file"
    yield Secret(document.where(pointer), client, document.content_digest(pointer, project))
