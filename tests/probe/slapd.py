"""A real directory on a free port of the loopback: Debian's slapd, with a password policy and a certificate of ours."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/bin")
MODULES = Path("/usr/lib/ldap")
SCHEMAS = Path("/etc/ldap/schema")
PERSON = "cn=prober,dc=example,dc=org"
PASSWORD = "correct horse battery"
START_S = 10.0

CONFIG = """\
include {schemas}/core.schema
modulepath {modules}
moduleload back_mdb
moduleload ppolicy
pidfile {place}/pid
TLSCACertificateFile {place}/{name}.pem
TLSCertificateFile {place}/{name}.pem
TLSCertificateKeyFile {place}/{name}.key
{more}
database mdb
directory {place}/data
suffix "dc=example,dc=org"
rootdn "cn=root,dc=example,dc=org"
overlay ppolicy
ppolicy_default "cn=policy,dc=example,dc=org"
ppolicy_use_lockout
"""
ENTRIES = f"""\
dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=policy,dc=example,dc=org
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 2
pwdMaxAge: 86400
pwdMustChange: TRUE

dn: {PERSON}
objectClass: person
cn: prober
sn: Prober
userPassword: {PASSWORD}

dn: cn=reset,dc=example,dc=org
objectClass: person
cn: reset
sn: Reset
userPassword: {PASSWORD}
pwdReset: TRUE

dn: cn=old,dc=example,dc=org
objectClass: person
cn: old
sn: Old
userPassword: {PASSWORD}
pwdChangedTime: 20200101000000Z

"""


@dataclass(frozen=True)
class Directory:
    """Where it listens, and whom to believe."""

    port: int
    tls_port: int
    authorities: str

    def address(self, scheme: str = "ldap", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.tls_port if scheme == 'ldaps' else self.port}"


@contextmanager
def directory(place: Path, more: str = "", ends_in_days: float = 90, host: str = "127.0.0.1") -> Iterator[Directory]:
    """The directory while the test needs it."""
    place.mkdir(parents=True)
    (place / "data").mkdir()
    certificate(place, "slapd", ends_in_days, host)
    config = place / "slapd.conf"
    config.write_text(CONFIG.format(schemas=SCHEMAS, modules=MODULES, place=place, name="slapd", more=more))
    entries = place / "entries.ldif"
    entries.write_text(ENTRIES)
    tool = [SLAPD or "slapd", "-Tadd", "-f", str(config), "-l", str(entries)]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    port, tls_port = free_ports(2)
    urls = f"ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/"
    served = subprocess.Popen(
        [SLAPD or "slapd", "-d", "0", "-f", str(config), "-h", urls],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until_open(port)
        yield Directory(port, tls_port, str(place / "slapd.pem"))
    finally:
        served.terminate()
        served.wait(START_S)


def certificate(place: Path, name: str, ends_in_days: float, host: str) -> None:
    """A certificate that signs itself, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    try:
        names: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        names = x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=365))
        .not_valid_after(now + dt.timedelta(days=ends_in_days))
        .add_extension(x509.SubjectAlternativeName([names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    (place / f"{name}.pem").write_bytes(made.public_bytes(form))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (place / f"{name}.key").write_bytes(key.private_bytes(form, *plain))


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def until_open(port: int) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "not in time"
            threading.Event().wait(0.02)
