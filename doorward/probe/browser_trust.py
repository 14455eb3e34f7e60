"""Makes a Chromium believe a private authority: a home directory of its own whose certificate database holds it.

Chromium on Linux reads the authorities that its user added from the NSS database in `$HOME/.pki/nssdb`; nothing else
lets it believe one and still refuse what is expired or of another name. NSS is what `certutil -A -t C,,` calls, and
Debian's chromium cannot be installed without its library. It keeps state in the process, so it is called in a child:
`python -m doorward.probe.browser_trust HOME PEM`. Source: NSS, lib/nss/nss.h, lib/certdb/cert.h, cmd/certutil.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from doorward.errors import InputInvalid, Problem

_LIBRARIES = "libnss3.so", "libsmime3.so"
# certdb.h, for TLS alone: an authority (certutil's `cC,,`), and a server's certificate that is believed as it stands
# (`pP,,`).
_AUTHORITY = (1 << 3) | (1 << 4)
_SERVER = (1 << 0) | (1 << 1)
_LONGEST_S = 20.0


class _Trust(ctypes.Structure):
    _fields_ = (("ssl", ctypes.c_uint), ("email", ctypes.c_uint), ("object_signing", ctypes.c_uint))


def believe(home: Path, authorities: str) -> None:
    """Puts the PEM file's certificates into the database of a browser whose HOME this will be. InputInvalid if it holds
    none, or if there is no NSS here."""
    problem = Problem("probe.authorities", "holds no certificates", authorities, "name a file of PEM blocks")
    try:
        x509.load_pem_x509_certificates(Path(authorities).read_bytes())
    except (OSError, ValueError) as error:
        raise InputInvalid((problem,)) from error
    command = [sys.executable, "-m", "doorward.probe.browser_trust", str(home), authorities]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LONGEST_S, check=False)
    if done.returncode:
        fix = "install the package `libnss3`, or leave `authorities` out"
        raise InputInvalid((Problem("probe.browser", "cannot be made to believe authorities", authorities, fix),))


def _write(home: Path, pem: Path) -> None:
    """Raises OSError where the library is missing or does not do what it is told."""
    nss, smime = (ctypes.CDLL(name) for name in _LIBRARIES)
    pointer = ctypes.c_void_p
    nss.PK11_GetInternalKeySlot.restype = nss.CERT_GetDefaultCertDB.restype = pointer
    smime.CERT_DecodeCertFromPackage.restype = pointer
    directory = home / ".pki" / "nssdb"
    directory.mkdir(parents=True, mode=0o700)
    _must(nss.NSS_InitReadWrite(f"sql:{directory}".encode()) == 0)
    slot = pointer(nss.PK11_GetInternalKeySlot())
    _must(bool(slot) and nss.PK11_InitPin(slot, None, b"") == 0)
    for number, found in enumerate(x509.load_pem_x509_certificates(pem.read_bytes())):
        data = found.public_bytes(Encoding.DER)
        certificate = pointer(smime.CERT_DecodeCertFromPackage(data, len(data)))
        name = f"authority {number}".encode()
        _must(bool(certificate) and nss.PK11_ImportCert(slot, certificate, ctypes.c_ulong(0), name, 0) == 0)
        trust = _Trust(_AUTHORITY if _is_authority(found) else _SERVER, 0, 0)
        _must(nss.CERT_ChangeCertTrust(pointer(nss.CERT_GetDefaultCertDB()), certificate, ctypes.byref(trust)) == 0)
        nss.CERT_DestroyCertificate(certificate)
    nss.PK11_FreeSlot(slot)
    _must(nss.NSS_Shutdown() == 0)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _must(held: bool) -> None:
    if not held:
        raise OSError("NSS refused")


if __name__ == "__main__":
    _write(Path(sys.argv[1]), Path(sys.argv[2]))
