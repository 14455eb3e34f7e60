"""Certificates of a CA of ours, and of one below it."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from bench.faults.authority import Authority


def _shakes_hands(certificate: Path, trusted: Path) -> bool:
    """Whether a client that trusts these believes a server that shows this certificate; in memory."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    asking = ssl.create_default_context(cafile=str(trusted))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.version() is not None


def test_a_certificate_of_an_authority_below_needs_that_ones_own(tmp_path: Path) -> None:
    root = Authority(tmp_path / "root")
    root.found()
    below = root.subordinate(tmp_path / "below", "Issuing CA")
    alone = below.issue(tmp_path / "server.pem")
    with pytest.raises(ssl.SSLCertVerificationError):
        _shakes_hands(alone, root.pem)
    whole = tmp_path / "chain.pem"
    whole.write_bytes(alone.read_bytes() + below.pem.read_bytes())
    assert _shakes_hands(whole, root.pem)


def test_a_chain_whose_middle_ended_is_not_believed(tmp_path: Path) -> None:
    root = Authority(tmp_path / "root")
    root.found()
    below = root.subordinate(tmp_path / "below", "Issuing CA", datetime.now(UTC) - timedelta(days=1))
    whole = below.issue(tmp_path / "server.pem")
    whole.write_bytes(whole.read_bytes() + below.pem.read_bytes())
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        _shakes_hands(whole, root.pem)


def test_a_certificate_for_clients_is_not_believed_of_a_server(tmp_path: Path) -> None:
    root = Authority(tmp_path / "root")
    root.found()
    path = root.issue(tmp_path / "server.pem", purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,))
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        _shakes_hands(path, root.pem)
