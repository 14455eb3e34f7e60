"""A real sshd on a free port of the loopback, with host keys and accounts of the test.

Passwords are tried in a mount namespace of the server's own, where another /etc/shadow lies over the machine's: the
machine's accounts are not touched.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.probe.slapd import START_S, free_ports, until_open

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin")
PASSWORD = "correct horse battery"
USER = pwd.getpwuid(os.getuid()).pw_name
_PRIVILEGES = Path("/run/sshd")

CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {place}/host
PidFile {place}/pid
AuthorizedKeysFile {place}/authorized
StrictModes no
UsePAM {pam}
PermitRootLogin yes
KbdInteractiveAuthentication no
{more}
"""


@dataclass(frozen=True)
class Host:
    """Where it listens, and the files of a probe."""

    port: int
    place: Path

    @property
    def address(self) -> str:
        return f"ssh://127.0.0.1:{self.port}"

    def file(self, name: str) -> str:
        return str(self.place / name)


def can_serve() -> str:
    """Why there can be no sshd here, empty if there can."""
    if SSHD is None:
        return "sshd is not installed (Debian: openssh-server)"
    if os.getuid() != 0 and not _PRIVILEGES.is_dir():
        return "sshd needs /run/sshd, which only root can make"
    return ""


@contextmanager
def host(place: Path, more: str = "", shadow: str = "", pam: str = "no") -> Iterator[Host]:
    """The host while the test needs it; `shadow` = the line of our account, in a namespace of the server's own."""
    place.mkdir(parents=True)
    if os.getuid() == 0:
        _PRIVILEGES.mkdir(mode=0o755, exist_ok=True)
    for name in ("host", "other-host", "key", "other-key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / name)], check=True)
    (port,) = free_ports(1)
    (place / "authorized").write_text((place / "key.pub").read_text())
    (place / "known").write_text(f"[127.0.0.1]:{port} {(place / 'host.pub').read_text()}")
    (place / "known-other").write_text(f"[127.0.0.1]:{port} {(place / 'other-host.pub').read_text()}")
    (place / "known-nothing").touch()
    config = place / "sshd_config"
    config.write_text(CONFIG.format(port=port, place=place, more=more, pam=pam))
    command = [str(SSHD), "-D", "-q", "-f", str(config)]
    if shadow:
        (place / "shadow").write_text(shadow)
        mount = f"mount --bind {place}/shadow /etc/shadow && exec {' '.join(command)}"
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount]
    served = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until_open(port)
        yield Host(port, place)
    finally:
        served.terminate()
        served.wait(START_S)
