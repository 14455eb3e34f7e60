"""A journal file of systemd's, written by `systemd-journal-remote` from its export format.

Source: systemd.io, JOURNAL_EXPORT_FORMATS: fields a line each, an entry ends with an empty line.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

_BOOT = "0123456789abcdef0123456789abcdef"
_REMOTE = "/lib/systemd/systemd-journal-remote"


class Journal:
    """A journal of several files: each call of the program begins the next one, as a rotation does."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("journalctl") is None or not Path(_REMOTE).exists():
            pytest.skip("journald: systemd-journal-remote is not installed")
        self.folder = folder
        folder.mkdir()
        self._entries = 0

    def write(self, at: float, messages: Iterable[str], unit: str = "ssh.service") -> None:
        """Entries of a unit, a microsecond apart."""
        content = bytearray()
        for message in messages:
            self._entries += 1
            content += (
                f"__REALTIME_TIMESTAMP={int(at * 1e6) + self._entries}\n__MONOTONIC_TIMESTAMP={self._entries}\n"
                f"_BOOT_ID={_BOOT}\n_SYSTEMD_UNIT={unit}\nSYSLOG_IDENTIFIER=sshd\n_PID=7\nMESSAGE={message}\n\n"
            ).encode()
        command = [_REMOTE, f"--output={self.folder}/system.journal", "-"]
        subprocess.run(command, input=bytes(content), check=True, capture_output=True)
