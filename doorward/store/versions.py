"""Configuration versions: what stood when, what is known of it; the bytes are files that only the owner can read.

They are kept outside the database because a configuration may hold secrets (docs/decisions/0003).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from doorward.errors import ActionRefused
from doorward.model.config_version import ConfigVersion, Standing
from doorward.store.connection import reported, transacted
from doorward.store.models import VersionRow


def digest(files: Mapping[str, bytes]) -> str:
    """First 12 hex digits of SHA-256: of the one file's bytes, or of names and bytes in order if there are several."""
    if len(files) == 1:
        return hashlib.sha256(next(iter(files.values()))).hexdigest()[:12]
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return whole.hexdigest()[:12]


def keep_files(state: Path, component: str, version: str, files: Mapping[str, bytes]) -> None:
    """Keep the bytes of a version below the state directory, readable by the owner alone."""
    folder = state / "versions" / component / version
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files.items():
        path = folder / name.replace("/", "__")
        if not path.exists():
            fresh = path.with_name(path.name + ".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                os.fsync(file.fileno())
            os.replace(fresh, path)


def place(state: Path, component: str, version: str, name: str) -> Path:
    """Where the bytes of a version's file are kept."""
    return state / "versions" / component / version / name.replace("/", "__")


def files(state: Path, component: str, version: str, names: tuple[str, ...]) -> dict[str, bytes]:
    """The kept bytes by name. Raises ActionRefused if a file is gone or is not what its digest says."""
    folder = state / "versions" / component / version
    try:
        found = {name: (folder / name.replace("/", "__")).read_bytes() for name in names}
    except OSError as error:
        raise ActionRefused(f"version {version} of {component} is not kept any more", where=str(folder)) from error
    if digest(found) != version:
        raise ActionRefused(f"the kept files of version {version} of {component} were changed", where=str(folder))
    return found


def add(version: ConfigVersion) -> None:
    """Take a version; the standing of an earlier sighting of the same bytes stays with it. Raises StoreUnavailable."""
    with transacted():
        known = _latest(version.component, version.digest)
        VersionRow.objects.create(
            component=version.component,
            digest=version.digest,
            changed_at=version.changed_at,
            seen_at=version.seen_at,
            author=version.author,
            standing=known.standing if known else version.standing.value,
            reason=known.reason if known else "",
        )


def _latest(component: str, digest_: str) -> VersionRow | None:
    return VersionRow.objects.filter(component=component, digest=digest_).order_by("-seen_at", "-pk").first()


def all_of(component: str) -> tuple[ConfigVersion, ...]:
    """Every sighting, oldest first."""
    with reported():
        rows = VersionRow.objects.filter(component=component).order_by("seen_at", "pk")
        return tuple(
            ConfigVersion(row.component, row.digest, row.changed_at, row.seen_at, row.author, Standing(row.standing))
            for row in rows
        )


def set_standing(component: str, version: str, standing: Standing, reason: str) -> None:
    """Say what is known of a version; a pinned one stays pinned until a person says otherwise."""
    with reported():
        rows = VersionRow.objects.filter(component=component, digest=version)
        if standing is Standing.PROVED_GOOD:
            rows = rows.exclude(standing=Standing.PINNED.value)
        rows.update(standing=standing.value, reason=reason[:200])


def last_good(component: str, before: datetime) -> ConfigVersion | None:
    """The version proved good that was last in force before this time, None if there is none."""
    return next(
        (
            version
            for version in reversed(all_of(component))
            if version.standing is Standing.PROVED_GOOD and version.seen_at <= before
        ),
        None,
    )
