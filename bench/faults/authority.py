"""Certificates of a CA of ours, for as long as a fault wants them to hold."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_LONG = timedelta(days=30)


@dataclass(slots=True)
class Authority:
    """One CA; its certificate is written to `directory/ca.pem`."""

    directory: Path
    name: str = "School CA"
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def pem(self) -> Path:
        """The CA's own certificate."""
        return self.directory / "ca.pem"

    def found(self) -> None:
        """Make the CA's certificate."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._sign(self, 1)

    def subordinate(self, directory: Path, name: str, ends: datetime | None = None) -> Authority:
        """Another one, whose certificate this one signed: who is to believe it needs that certificate too."""
        below = Authority(directory, name)
        directory.mkdir(parents=True, exist_ok=True)
        self._sign(below, 0, ends)
        return below

    def _sign(self, whose: Authority, path_length: int, ends: datetime | None = None) -> None:
        made = self._builder(self._subject(whose.name), whose._key, ends or datetime.now(UTC) + _LONG)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        whose.pem.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(
        self,
        path: Path,
        host: str = "127.0.0.1",
        ends: datetime | None = None,
        begins: datetime | None = None,
        purposes: tuple[x509.ObjectIdentifier, ...] = (),
    ) -> Path:
        """Write a key and a certificate for the host into one file; it holds from long ago to long from now, and for
        any purpose unless some are named."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._builder(self._subject(host), key, ends or datetime.now(UTC) + _LONG, begins)
        made = made.add_extension(x509.SubjectAlternativeName([_general(host)]), critical=False)
        if purposes:
            made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        signed = made.sign(self._key, hashes.SHA256())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + signed.public_bytes(Encoding.PEM))
        return path

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends: datetime, begins: datetime | None = None
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins or datetime.now(UTC) - timedelta(days=60))
            .not_valid_after(ends)
        )

    @staticmethod
    def _subject(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
