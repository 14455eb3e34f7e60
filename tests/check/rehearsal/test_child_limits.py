"""What a child of the rehearsal is kept from: each tried in a process of its own, for a hook cannot be taken off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from doorward.check.rehearsal import child_limits

HELD = """\
import os, shutil, socket, sqlite3, sys
sys.path.insert(0, {folder!r})
import child_limits
held = child_limits.hold_writes({scratch!r})
outside, inside = {outside!r}, {scratch!r}
try:
    {attempt}
except PermissionError as error:
    print("refused", held.refused)
"""

ATTEMPTS = {
    "a-file": "open(outside + '/new', 'w')",
    "a-file-appended": "open(outside + '/file', 'ab')",
    "a-file-by-descriptor": "os.open(outside + '/file', os.O_RDWR)",
    "a-folder": "os.makedirs(outside + '/folder/below')",
    "a-removal": "os.remove(outside + '/file')",
    "a-move-out": "open(inside + '/made', 'w').close(); os.rename(inside + '/made', outside + '/made')",
    "a-move-in": "os.rename(outside + '/file', inside + '/file')",
    "a-hard-link": "os.link(outside + '/file', inside + '/file')",
    "a-link-written-through": "os.symlink(outside + '/file', inside + '/link'); open(inside + '/link', 'w')",
    "a-tree": "shutil.rmtree(outside)",
    "a-mode": "os.chmod(outside + '/file', 0)",
    "a-database": "sqlite3.connect(outside + '/database')",
}
ALLOWED = {
    "reading": "open(outside + '/file').read()",
    "the-scratch": "open(inside + '/own', 'w').close(); os.remove(inside + '/own')",
    "nowhere": "open(os.devnull, 'w').close()",
    "memory": "sqlite3.connect(':memory:')",
    "a-database-only-read": "sqlite3.connect(f'file:{outside}/file?mode=ro', uri=True)",
    "a-folder-that-is-there": "os.makedirs(outside, exist_ok=True)",
}


def tried(attempt: str, tmp_path: Path) -> str:
    """What the process says of it; what is outside stays as it is."""
    scratch, outside = tmp_path / "scratch", tmp_path / "outside"
    scratch.mkdir()
    outside.mkdir()
    (outside / "file").write_text("people")
    folder = str(Path(child_limits.__file__).parent)
    code = HELD.format(folder=folder, scratch=str(scratch), outside=str(outside), attempt=attempt)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert (outside / "file").read_text() == "people"
    return done.stdout


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_write_outside_the_scratch_is_refused_and_named(name: str, tmp_path: Path) -> None:
    assert str(tmp_path / "outside") in tried(ATTEMPTS[name], tmp_path)
    assert str(tmp_path / "outside") in (tmp_path / "scratch" / child_limits.REFUSED).read_text()


@pytest.mark.parametrize("name", ALLOWED)
def test_what_changes_nothing_outside_is_let_be(name: str, tmp_path: Path) -> None:
    assert tried(ALLOWED[name], tmp_path) == ""


def test_an_address_leads_to_what_the_rehearsal_put_up_and_no_other_is_reached(tmp_path: Path) -> None:
    file = tmp_path / "routes.json"
    routes = child_limits.Routes(str(file))
    with pytest.raises(ConnectionRefusedError):
        routes.reached(("id.example.org", 443))
    file.write_text('[["id.example.org", 443, 5001]]')
    assert routes.reached(("ID.example.org", 443)) == 5001
    assert routes.reached(("127.0.0.1", 5001)) == 5001
    for address in (("id.example.org", 80), ("127.0.0.1", 5002), "/run/socket", ("192.0.2.1", 443)):
        with pytest.raises(ConnectionRefusedError):
            routes.reached(address)
