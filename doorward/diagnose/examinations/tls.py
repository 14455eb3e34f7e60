"""TLS: is the certificate that the component shows believed, for its name, and until when does it hold?"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from doorward import certificate
from doorward.diagnose.examined import Examination, NotExamined, TlsExamined
from doorward.diagnose.examinee import Examinee

# Two handshakes at the most, within the bound of a round.
HANDSHAKE_S = 1.2
# Behind one address there may be several nodes, each with a certificate of its own.
TRIES = 3
_PORTS = {"https": 443, "ldaps": 636, "rediss": 6379}


def examine_tls(examinee: Examinee) -> TlsExamined | NotExamined:
    """Every address of the component that speaks TLS from the first byte: its own, its health page's, its issuer's,
    its directory's, its store's, those of others; each several times. The first that is not believed counts, else the
    first."""
    places = tuple(_places(examinee))
    if not places:
        return NotExamined(Examination.TLS, examinee.component, "no address speaks TLS", applies=False)
    until, first = time.monotonic() + HANDSHAKE_S, None
    for host, port in places * TRIES:
        found = _handshake(examinee, host, port)
        if isinstance(found, NotExamined) or found.problem:
            return found
        first = first or found
        if time.monotonic() > until:
            break
    assert first is not None
    return first


def _handshake(examinee: Examinee, host: str, port: int) -> TlsExamined | NotExamined:
    began = time.monotonic()
    try:
        context = _context(examinee)
    except (OSError, ssl.SSLError) as error:
        because = f"the certificates to believe do not read ({type(error).__name__})"
        return NotExamined(Examination.TLS, examinee.component, because)
    problem = _problem(context, host, port)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    ends_at = _end(context, host, port)
    ms = (time.monotonic() - began) * 1000
    return TlsExamined(examinee.component, f"{host}:{port}", problem, ends_at, ms, shown=ends_at is not None)


def _places(examinee: Examinee) -> Iterator[tuple[str, int]]:
    """Host and port of each, once."""
    own = (examinee.address_url, examinee.health_url, examinee.issuer, examinee.ldap, examinee.store)
    found: dict[tuple[str, int], None] = {}
    for address in (*own, *examinee.upstream):
        try:
            url = urlsplit(address)
            if url.scheme in _PORTS and url.hostname and url.port != 0:
                found[url.hostname, url.port or _PORTS[url.scheme]] = None
        except ValueError:
            continue
    yield from found


def _context(examinee: Examinee) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(examinee.authorities) if examinee.authorities else None)


def _problem(context: ssl.SSLContext, host: str, port: int) -> str:
    """Why the handshake is not believed, '' if it is."""
    try:
        with _connected(host, port) as plain, context.wrap_socket(plain, server_hostname=host):
            return ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_message or "the certificate is not believed"
    except ssl.SSLError as error:
        return f"the handshake fails: {error.reason or type(error).__name__}"
    except TimeoutError:
        return f"no answer within {HANDSHAKE_S:g} s"
    except (OSError, ValueError) as error:
        return type(error).__name__


def _end(context: ssl.SSLContext, host: str, port: int) -> datetime | None:
    """The end of the certificate that is shown, believed or not; None if none is."""
    try:
        with _connected(host, port) as plain, context.wrap_socket(plain, server_hostname=host) as connection:
            shown = connection.getpeercert(binary_form=True)
        return certificate.not_after(shown) if shown else None
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        return None


def _connected(host: str, port: int) -> socket.socket:
    return socket.create_connection((host, port), timeout=HANDSHAKE_S)
