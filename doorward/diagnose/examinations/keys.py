"""Keys: when the files with keys, certificates and secrets changed, and when a certificate in them ends.

Nothing of their content leaves this module: a file is known again by a digest keyed anew in every process.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from pathlib import Path

from doorward import certificate
from doorward.diagnose.examined import Examination, KeyFile, KeysExamined, NotExamined
from doorward.diagnose.examinee import Examinee

# A key, a certificate with its chain, or a secret; what is larger is none of them.
MOST_BYTES = 262_144
MOST_FILES = 32
_DIGEST_KEY = secrets.token_bytes(32)


def examine_keys(examinee: Examinee) -> KeysExamined | NotExamined:
    """Look at each file."""
    if not examinee.keys:
        because = "no file with keys is configured"
        return NotExamined(Examination.KEYS, examinee.component, because, applies=False)
    found = tuple(_file(path) for path in examinee.keys[:MOST_FILES])
    return KeysExamined(examinee.component, found, datetime.now(UTC))


def _file(path: Path) -> KeyFile:
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES)
        changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return KeyFile(path.name, None, "")
    digest = hashlib.blake2b(content, key=_DIGEST_KEY, digest_size=8).hexdigest()
    return KeyFile(path.name, changed_at, digest, certificate.first_end(content))
