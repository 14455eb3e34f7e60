"""One request is bounded in time and size, and each fault has its name."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

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


def ask(url: str, **limits: float) -> str:
    with Browser(ProbePlan("p", "form", url, **limits)) as browser:  # type: ignore[arg-type]
        return browser.ask(Ask("open", "GET", url)).text


def ending(url: str, **limits: float) -> Ending:
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


def test_a_certificate_that_nobody_vouches_for_is_a_tls_fault(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_own_certificate(tmp_path / "own.pem"))
    listener = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
    threading.Thread(target=_take, args=(listener, lambda connection: None), daemon=True).start()
    with listener:
        assert ending(f"https://127.0.0.1:{listener.getsockname()[1]}/") is Ending.TLS_UNTRUSTED


def _own_certificate(file: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
    words = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(words + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


def test_a_control_target_answers_or_not(speak: Speak) -> None:
    port = int(speak(lambda connection: None).rstrip("/").rpartition(":")[2])
    assert control_answers(("127.0.0.1", port))
    assert not control_answers(("no-such-host.invalid", 1))
