"""The TLS examination on real TLS servers, with certificates made in the test."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from doorward.diagnose.examinations.tls import examine_tls
from doorward.diagnose.examined import NotExamined, TlsExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

x509 = pytest.importorskip("cryptography.x509")
hashes = pytest.importorskip("cryptography.hazmat.primitives.hashes")
serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
ec = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ec")

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def made(place: Path, name: str = "127.0.0.1", begins: datetime = NOW - 30 * DAY, ends: datetime = NOW + DAY) -> Path:
    """A certificate with its key, signed by itself, that holds from then until then for that name or address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "school")])
    named = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), begins, ends)
    builder = builder.add_extension(x509.SubjectAlternativeName([named]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    place.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return place


@pytest.fixture
def shows() -> Iterator[Callable[[Path], int]]:
    """Start a TLS server that shows this certificate; gives its port."""
    listening: list[socket.socket] = []

    def serve(listener: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                context.wrap_socket(plain, server_side=True).close()
            except OSError:
                plain.close()

    def start(pem: Path) -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        listener = socket.create_server(("127.0.0.1", 0))
        listening.append(listener)
        threading.Thread(target=serve, args=(listener, context), daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listening:
        listener.close()


def examined(port: int, believed: Path | None) -> TlsExamined:
    examinee = Examinee("auth", Role.PROVIDER, address_url=f"https://127.0.0.1:{port}", authorities=believed)
    result = examine_tls(examinee)
    assert isinstance(result, TlsExamined)
    return result


def test_a_certificate_that_is_believed_is_told_with_its_end(shows: Callable[[Path], int], tmp_path: Path) -> None:
    pem = made(tmp_path / "tls.pem")
    result = examined(shows(pem), pem)
    assert (result.problem, result.ends_at, result.shown) == ("", NOW + DAY, True)


def test_one_that_has_ended_or_not_begun_or_is_for_another_name_is_not_believed(
    shows: Callable[[Path], int], tmp_path: Path
) -> None:
    ended = made(tmp_path / "ended.pem", ends=NOW - DAY)
    early = made(tmp_path / "early.pem", begins=NOW + DAY, ends=NOW + 2 * DAY)
    other = made(tmp_path / "other.pem", name="other.example.org")
    told = {pem.stem: examined(shows(pem), pem) for pem in (ended, early, other)}
    assert "has expired" in told["ended"].problem
    assert told["ended"].ends_at == NOW - DAY
    assert "not yet valid" in told["early"].problem
    assert "mismatch" in told["other"].problem


def test_one_that_nobody_vouches_for_is_not_believed(shows: Callable[[Path], int], tmp_path: Path) -> None:
    assert "self-signed" in examined(shows(made(tmp_path / "own.pem")), None).problem


def test_what_speaks_no_tls_shows_no_certificate(
    answering: Callable[[Callable[[bytes], bytes]], int], unused_port: int
) -> None:
    plain = examined(answering(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n"), None)
    assert (plain.shown, plain.ends_at) == (False, None)
    assert "the handshake fails" in plain.problem
    assert examined(unused_port, None).problem == "ConnectionRefusedError"


def test_without_tls_or_without_the_certificates_to_believe_it_is_not_examined(tmp_path: Path) -> None:
    plain = examine_tls(Examinee("auth", Role.PROVIDER, address_url="http://127.0.0.1:80"))
    (tmp_path / "broken.pem").write_text("none")
    broken = Examinee("auth", Role.PROVIDER, address_url="https://127.0.0.1:1", authorities=tmp_path / "broken.pem")
    blind = examine_tls(broken)
    assert isinstance(plain, NotExamined)
    assert isinstance(blind, NotExamined)
    assert (plain.applies, blind.applies) == (False, True)


def test_of_several_addresses_the_one_that_is_not_believed_counts(shows: Callable[[Path], int], tmp_path: Path) -> None:
    own, theirs = made(tmp_path / "own.pem"), made(tmp_path / "theirs.pem", ends=NOW - DAY)
    ported = shows(theirs)
    examinee = Examinee(
        *("auth", Role.CLIENT),
        address_url=f"https://127.0.0.1:{shows(own)}",
        issuer=f"https://127.0.0.1:{ported}/o",
        authorities=own,
    )
    result = examine_tls(examinee)
    assert isinstance(result, TlsExamined)
    assert result.place == f"127.0.0.1:{ported}"
    assert result.problem
