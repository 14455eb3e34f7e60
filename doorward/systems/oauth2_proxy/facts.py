"""A document of oauth2-proxy in, Facts with their places out. Defaults are those of v7. Pure but for digests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from doorward.certificate import first_end
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
from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import digest
from doorward.systems.oauth2_proxy.document import Document, Form
from doorward.systems.oauth2_proxy.options import seconds, secret_bytes

_COOKIE_DOMAIN = re.compile(r"\.?(?=[A-Za-z0-9.-]*[A-Za-z])[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""What Go writes as Domain (net/http, isCookieDomainName); of anything else it drops the attribute."""

_SAME_SITE = frozenset(("", "lax", "strict", "none"))


def facts(document: Document, public_url: str | None) -> tuple[Fact, ...]:
    """Every Fact; `public_url` is the address people use, where it was said."""
    if document.form is Form.ALPHA:
        return tuple(_alpha(document))
    return (
        *_public(document, public_url),
        *_key(document),
        *_session(document, public_url),
        *_client(document),
        *_switches(document),
    )


def redirect_host(document: Document) -> str:
    """The host of the callback's address, empty if that is not said."""
    try:
        return (urlsplit(document.text("redirect_url") or "").hostname or "").lower()
    except ValueError:
        return ""


def _public(document: Document, public_url: str | None) -> Iterator[Fact]:
    """The callback lies where people sign in, so that its address tells theirs where nobody said it."""
    redirect = document.text("redirect_url")
    if not public_url and redirect and "://" in redirect:
        yield Endpoint(document.where("redirect_url"), "public", redirect)


def _key(document: Document) -> Iterator[Fact]:
    where = document.where("cookie_secret")
    secret = document.secret("cookie_secret")
    yield SigningKey(where, "session", digest(digest_key(), secret) if secret else None)
    if secret:
        yield Flow(where, "cookie-secret-bytes", (str(secret_bytes(secret)),))


def _session(document: Document, public_url: str | None) -> Iterator[Fact]:
    life = seconds(document.values.get("cookie_expire", "168h"))
    where = document.where("cookie_expire")
    if life is not None:
        yield SessionLife(where, int(life) if life else None, ends_with_browser=life == 0)
    name = document.text("cookie_name", "_oauth2_proxy")
    same_site = str(document.values.get("cookie_samesite", ""))
    yield Cookie(
        where=document.where("cookie_name"),
        purpose="session",
        name=name,
        domain=_domain(document, public_url),
        path=document.text("cookie_path", "/"),
        secure=document.truth("cookie_secure", True),
        same_site=same_site if same_site in _SAME_SITE else None,
    )
    yield _store(document)


def _domain(document: Document, public_url: str | None) -> str | None:
    """The domain of the cookies on the public host: the longest that fits, else the shortest of the list.

    Source: oauth2-proxy v7, pkg/cookies/cookies.go, MakeCookieFromOptions; Go drops what is no domain.
    """
    domains = sorted(document.texts("cookie_domains") or (), key=len, reverse=True)
    host = (urlsplit(public_url or "").hostname or "").lower() or redirect_host(document)
    if not domains or (len(domains) > 1 and not host):
        return None
    chosen = next((domain for domain in domains if host.endswith(domain)), domains[-1])
    return chosen if _COOKIE_DOMAIN.fullmatch(chosen) else None


def _store(document: Document) -> Store:
    engine = document.text("session_store_type", "cookie")
    place = None
    if engine == "redis":
        named = [document.text("redis_connection_url") or ""]
        for option in ("redis_sentinel_connection_urls", "redis_cluster_connection_urls"):
            named.extend(document.texts(option) or ())
        place = " ".join(sorted(url.rpartition("@")[2] for url in named if url)) or None
    return Store(
        where=document.where("session_store_type"),
        engine=engine,
        serializer=None,
        place=hashlib.sha256(place.encode()).hexdigest()[:12] if place else None,
        shared=True,
        keeps=True,
    )


def _client(document: Document) -> Iterator[Fact]:
    client = document.text("client_id") or ""
    yield Flow(document.where("client_id"), "single-sign-on-client", (client,))
    secret = document.secret("client_secret")
    where = document.where("client_secret")
    yield Secret(where, client, digest(digest_key(), secret) if secret else None)
    yield Callback(document.where("redirect_url"), client, document.text("redirect_url"), "client")
    issuer, where = document.text("oidc_issuer_url"), document.where("oidc_issuer_url")
    yield Issuer(where, issuer)
    login = document.text("login_url")
    yield Endpoint(where if issuer else document.where("login_url"), "provider", issuer or login)


def _switches(document: Document) -> Iterator[Fact]:
    """What rules of this kind ask for; None = not known."""
    for option, default in (
        ("cookie_csrf_per_request", False),
        ("force_https", False),
        ("pass_access_token", False),
        ("pass_authorization_header", False),
        ("reverse_proxy", False),
        ("session_cookie_minimal", False),
        ("set_authorization_header", False),
        ("set_xauthrequest", False),
        ("skip_oidc_discovery", False),
    ):
        truth = document.truth(option, default)
        yield Flow(document.where(option), option, None if truth is None else ("on" if truth else "off",))
    for option, usual in (("cookie_expire", "168h"), ("cookie_refresh", "0s"), ("cookie_csrf_expire", "15m")):
        duration = seconds(document.values.get(option, usual))
        yield Flow(document.where(option), option, None if duration is None else (f"{duration:.9g}",))
    for option in ("cookie_domains", "whitelist_domains", "email_domains", "allowed_groups", "allowed_roles"):
        yield Flow(document.where(option), option, document.texts(option))


def _alpha(document: Document) -> Iterator[Fact]:
    """The providers; the cookie and its session stand in the configuration file beside it."""
    for pointer, value in document.values.items():
        at = first_end(value.encode()) if isinstance(value, str) else None
        if at is not None:
            yield Flow(document.where(pointer), "ends", ("certificate", pointer, at.isoformat()))
    number = 0
    while f"providers[{number}].id" in document.values or f"providers[{number}].provider" in document.values:
        base = f"providers[{number}]"
        client = document.text(f"{base}.clientID") or ""
        secret = document.secret(f"{base}.clientSecret")
        where = document.where(f"{base}.clientSecret")
        yield Secret(where, client, digest(digest_key(), secret) if secret else None)
        pointer = f"{base}.oidcConfig.issuerURL"
        issuer = document.text(pointer)
        yield Issuer(document.where(pointer), issuer)
        yield Endpoint(document.where(pointer), "provider", issuer)
        where = document.where(f"{base}.clientID")
        yield Flow(Where(where.path, where.line, where.pointer), "single-sign-on-client", (client,))
        number += 1
