"""One request is bounded in time and size, and each fault has its name."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from doorward.errors import InputInvalid
from doorward.probe.exchange import Ask, Ending
from doorward.probe.plan import ProbePlan
from doorward.probe.transport import MOST_BYTES, Browser, Fault, control_answers

Speak = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def speak() -> Iterator[Speak]:
    """A server that says what the test makes it say, to each connection."""
    listeners: list[socket.socket] = []

    def begin(say: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=_take, args=(listener, say), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield begin
    for listener in listeners:
        listener.close()


def _take(listener: socket.socket, say: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            try:
                say(connection)
            except OSError:
                continue


def ask(url: str, **limits: float | str) -> str:
    with Browser(ProbePlan("p", "form", url, **limits)) as browser:  # type: ignore[arg-type]
        return browser.ask(Ask("open", "GET", url)).text


def ending(url: str, **limits: float | str) -> Ending:
    with pytest.raises(Fault) as caught:
        ask(url, **limits)
    return caught.value.ending


def test_silence_is_a_timeout(speak: Speak) -> None:
    release = threading.Event()
    url = speak(lambda connection: release.wait(5) and None)
    assert ending(url, timeout_s=0.2) is Ending.TIMEOUT
    release.set()


@pytest.mark.parametrize(
    ("start", "named"),
    [(b"HTTP/1.1 200 OK\r\nX-Slow: ", Ending.TIMEOUT), (b"HTTP/1.1 200 OK\r\n\r\n", Ending.SLOW_BODY)],
    ids=["header", "body"],
)
def test_an_answer_that_drips_for_ever_is_cut_off(speak: Speak, start: bytes, named: Ending) -> None:
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        while not ended.wait(0.02):
            connection.sendall(b"x")

    url = speak(drip)
    begun = time.perf_counter()
    assert ending(url, timeout_s=0.3) is named
    assert time.perf_counter() - begun < 2
    ended.set()


def test_the_whole_journey_has_one_time_budget(speak: Speak) -> None:
    release = threading.Event()
    url = speak(lambda connection: release.wait(5) and None)
    assert ending(url, timeout_s=5, total_s=0.2) is Ending.TIMEOUT
    release.set()


def test_a_body_without_end_is_named_and_not_read_on(speak: Speak) -> None:
    sent = []

    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while len(sent) < 4096:
            connection.sendall(b"y" * 65536)
            sent.append(65536)

    assert ending(speak(pour)) is Ending.TOO_LARGE
    # What the system's buffers hold may come on top; the end of the 256 MiB is never reached.
    assert sum(sent) < 32 * MOST_BYTES


def test_a_bomb_of_compressed_nothing_is_too_large(speak: Speak) -> None:
    bomb = gzip.compress(bytes(64 * MOST_BYTES))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    assert ending(speak(lambda connection: connection.sendall(head + bomb))) is Ending.TOO_LARGE


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"nonsense\r\n\r\n"],
    ids=["closed", "cut-off", "not-http"],
)
def test_half_an_answer_is_none(speak: Speak, said: bytes) -> None:
    assert ending(speak(lambda connection: connection.sendall(said))) is Ending.NO_ANSWER


@pytest.mark.parametrize("charset", ["utf-8", "no-such-charset", "rot13", "utf-16", "idna", "unicode_escape", '"\x00"'])
def test_bytes_of_no_charset_are_read_all_the_same(speak: Speak, charset: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset={charset}\r\n\r\n".encode().replace(b"\x00", b"")
    assert isinstance(ask(speak(lambda connection: connection.sendall(head + b"\xff\x00\\xq\x81"))), str)


def test_a_broken_compression_is_no_answer(speak: Speak) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip"
    assert ending(speak(lambda connection: connection.sendall(head))) is Ending.NO_ANSWER


def test_a_server_without_tls_behind_https_is_a_tls_fault(speak: Speak) -> None:
    url = speak(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert ending(url.replace("http:", "https:")) is Ending.TLS


def test_a_name_that_does_not_resolve_is_a_dns_fault() -> None:
    assert ending("http://no-such-host.invalid/") is Ending.DNS


def test_an_address_that_cannot_be_asked_is_a_bad_redirect() -> None:
    assert ending("ftp://127.0.0.1/") is Ending.BAD_REDIRECT
    assert ending("http://127.0.0.1/\x07") is Ending.BAD_REDIRECT


def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Name]:
    return ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])


def _certificate(file: Path, host: str = "127.0.0.1", ends: int = 2120, *, own: bool = False) -> Path:
    """Writes the server's key and certificate to `file`, and gives the file of the authority that signed it."""
    authority, issuer = _authority()
    key = authority if own else ec.generate_private_key(ec.SECP256R1())
    named = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
    plain = x509.CertificateBuilder().serial_number(x509.random_serial_number())
    plain = plain.issuer_name(issuer).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    name = issuer if own else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    leaf = plain.subject_name(name).public_key(key.public_key()).not_valid_after(datetime(ends, 1, 1, tzinfo=UTC))
    root = (
        plain.subject_name(issuer).public_key(authority.public_key()).not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
    )
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    words = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signed = leaf.add_extension(named, critical=False).sign(authority, SHA256()).public_bytes(Encoding.PEM)
    file.write_bytes(words + signed)
    trusted = file.with_suffix(".ca")
    trusted.write_bytes(root.sign(authority, SHA256()).public_bytes(Encoding.PEM))
    return trusted


def _served(certificate: Path) -> socket.socket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
    say = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    threading.Thread(target=_take, args=(listener, lambda connection: connection.sendall(say)), daemon=True).start()
    return listener


@pytest.mark.parametrize(
    ("given", "is_known", "named"),
    [
        ({"ends": 2021}, True, Ending.TLS_EXPIRED),
        ({"host": "192.0.2.1"}, True, Ending.TLS_NAME),
        ({"own": True}, False, Ending.TLS_UNTRUSTED),
        ({}, False, Ending.TLS_UNTRUSTED),
        ({}, True, None),
    ],
    ids=["expired", "wrong-name", "self-signed", "unknown-authority", "good"],
)
def test_what_is_wrong_with_a_certificate_is_named(
    tmp_path: Path, given: dict[str, object], is_known: bool, named: Ending | None
) -> None:
    authority = _certificate(tmp_path / "server.pem", **given)  # type: ignore[arg-type]
    limits = {"authorities": str(authority)} if is_known else {}
    with _served(tmp_path / "server.pem") as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        if named is None:
            assert ask(url, **limits) == "ok"
        else:
            assert ending(url, **limits) is named


def test_a_file_without_certificates_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(InputInvalid, match="holds no certificates"):
        Browser(ProbePlan("p", "form", "https://127.0.0.1/", authorities=str(tmp_path / "none.pem")))


def test_the_time_of_an_exchange_is_told_by_phase(tmp_path: Path) -> None:
    authority = _certificate(tmp_path / "server.pem")
    with _served(tmp_path / "server.pem") as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        with Browser(ProbePlan("p", "form", url, authorities=str(authority))) as browser:
            timing = browser.ask(Ask("open", "GET", url)).timing
    assert timing.dns_ms is None
    assert None not in (timing.connect_ms, timing.tls_ms, timing.first_byte_ms, timing.body_ms)


@pytest.mark.parametrize(
    ("initiator", "sent"),
    [("", "lax=1; strict=1"), ("http://127.0.0.1:1/", "lax=1; strict=1"), ("http://elsewhere.example/", "lax=1")],
    ids=["typed", "same-site", "other-site"],
)
def test_a_cookie_for_the_same_site_stays_at_home_when_another_site_leads_there(
    speak: Speak, initiator: str, sent: str
) -> None:
    said = b"HTTP/1.1 200 OK\r\nSet-Cookie: lax=1; SameSite=Lax\r\nSet-Cookie: strict=1; SameSite=Strict\r\n"
    url = speak(lambda connection: connection.sendall(said + b"Content-Length: 0\r\n\r\n"))
    with Browser(ProbePlan("p", "form", url)) as browser:
        browser.ask(Ask("open", "GET", url))
        assert browser._headers(Ask("again", "GET", url, initiator=initiator))["Cookie"] == sent


def test_a_control_target_answers_or_not(speak: Speak) -> None:
    port = int(speak(lambda connection: None).rstrip("/").rpartition(":")[2])
    assert control_answers(("127.0.0.1", port))
    assert not control_answers(("no-such-host.invalid", 1))
