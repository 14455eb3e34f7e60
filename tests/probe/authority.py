"""A private certificate authority of a test, and servers' certificates of its making."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """Signs for 127.0.0.1, or for another address; `pem` is the file that one must believe."""

    def __init__(self, place: Path, name: str = "authority") -> None:
        self.place = place
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.pem = place / f"{name}.pem"
        made = self._signed(self.name, self.key, 365, x509.BasicConstraints(ca=True, path_length=None))
        self.pem.write_bytes(made)

    def server(self, ends_in_days: float = 30, host: str = "127.0.0.1") -> ssl.SSLContext:
        """What a server needs that shows a certificate of this authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        file = self.place / "server.pem"
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(self._signed(subject, key, ends_in_days, names) + plain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends_in_days: float, more: x509.ExtensionType
    ) -> bytes:
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=60))
            .not_valid_after(now + dt.timedelta(days=ends_in_days))
            .add_extension(more, critical=isinstance(more, x509.BasicConstraints))
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(Encoding.PEM)
