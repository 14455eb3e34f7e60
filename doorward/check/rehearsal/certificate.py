"""A host name in; a throw-away certificate and its key out, in a folder that is removed with the rehearsal."""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import dataclass
from pathlib import Path

from doorward.errors import CapabilityMissing

_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM files; the certificate signs itself, so it is also what a browser is told to trust."""

    certificate: Path
    key: Path


def throw_away(host: str, folder: Path) -> Certificate:
    """Good for one day and that host. Raises CapabilityMissing where there is no `openssl`."""
    made = Certificate(folder / "certificate.pem", folder / "certificate.key")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "1", "-subj", "/CN=rehearsal", "-addext", f"subjectAltName={_name(host)}"]
    command += ["-keyout", str(made.key), "-out", str(made.certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_LIMIT_S)
    except (OSError, subprocess.SubprocessError) as error:
        fix = "install openssl, or rehearse on plain http with --public-url http://…"
        raise CapabilityMissing("a rehearsal over https needs the program openssl", where=host, fix=fix) from error
    return made


def _name(host: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        return f"DNS:{host}"
