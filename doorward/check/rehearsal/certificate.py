"""Host names in; a throw-away certificate and its key out, in a folder that is removed with the rehearsal."""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorward.errors import CapabilityMissing

_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM files; the certificate signs itself, so it is also what a browser is told to trust."""

    certificate: Path
    key: Path


def throw_away(hosts: Sequence[str], folder: Path) -> Certificate:
    """Good for one day and those hosts. Raises CapabilityMissing where there is no `openssl`."""
    made = Certificate(folder / "certificate.pem", folder / "certificate.key")
    command = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "1", "-subj", "/CN=rehearsal", "-addext", "subjectAltName=" + ",".join(map(_name, hosts))]
    command += ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]
    command += ["-keyout", str(made.key), "-out", str(made.certificate)]
    _openssl(hosts[0], *command)
    return made


def signed_by(authority: Certificate, hosts: Sequence[str], folder: Path) -> Certificate:
    """As `throw_away`, but whoever trusts the authority trusts it."""
    made = Certificate(folder / "signed.pem", folder / "signed.key")
    asked, names = folder / "signed.request", folder / "signed.names"
    said = (
        "subjectAltName=" + ",".join(map(_name, hosts)),
        "authorityKeyIdentifier=keyid",
        "subjectKeyIdentifier=hash",
    )
    names.write_text("\n".join(said) + "\n", encoding="ascii")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(made.key)]
    _openssl(hosts[0], "req", "-new", *key, "-subj", "/CN=rehearsal", "-out", str(asked))
    by = ["-CA", str(authority.certificate), "-CAkey", str(authority.key), "-set_serial", "2", "-days", "1"]
    _openssl(hosts[0], "x509", "-req", "-in", str(asked), *by, "-extfile", str(names), "-out", str(made.certificate))
    return made


def _name(host: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        return f"DNS:{host}"


def _openssl(host: str, *arguments: str) -> None:
    try:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=_LIMIT_S)
    except (OSError, subprocess.SubprocessError) as error:
        fix = "install openssl, or rehearse on plain http with --public-url http://…"
        raise CapabilityMissing("a rehearsal over https needs the program openssl", where=host, fix=fix) from error
