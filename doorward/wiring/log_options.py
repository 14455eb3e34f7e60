"""A component's LogOptions: its `[component.log_options]`, the key of its hashes, and the accounts of its probes.

The key is the file that the component names, else Doorward's own in its state directory, made once and readable by
Doorward alone. Whoever loses the key loses the link between what was hashed before and after, and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from doorward.errors import InputInvalid, Problem
from doorward.log_line import LogOptions
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.wiring.probe_plans import account_names

KEY_NAME = "log-key"
_KEY_BYTES = 32


def log_options(settings: Settings, component: ComponentTable, latest: datetime | None = None) -> LogOptions:
    """What the component's lines cannot say. `latest` as in LogOptions. Raises InputInvalid for a file that is not
    there or holds no key."""
    table = component.log_options
    named = table.hash_key_file or component.session_hash_key_file
    key = hash_key(settings.place(named)) if named else own_key(settings.state / KEY_NAME)
    # What the probes do must never count as what people do: their own accounts are known without being told again.
    accounts = account_names(settings)
    if table.probe_accounts_file is not None:
        text = _content(settings.place(table.probe_accounts_file)).decode("utf-8", "replace")
        accounts += tuple(name.strip() for name in text.splitlines() if name.strip())
    return table.options(key, latest, accounts)


def hash_key(path: Path) -> bytes:
    """The key in a file, as it stands, without what surrounds it."""
    key = _content(path).strip()
    if not key:
        raise InputInvalid((Problem("log.key", "holds no key", str(path), "name a file with a random text"),))
    return key


def own_key(path: Path) -> bytes:
    """Doorward's own key; made if it is not there, whole or not at all, by whichever process comes first."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(_KEY_BYTES))
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
    except OSError as error:
        what = f"cannot be made: {error.strerror}"
        raise InputInvalid((Problem("log.key", what, str(path), "check the rights"),)) from error
    return hash_key(path)


def changed_at(path: Path) -> datetime | None:
    """When the file was written last: no line of it is later. None if there is none."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputInvalid((Problem("log.key", what, str(path), "check the path"),)) from error
