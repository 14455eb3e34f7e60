"""Take configuration versions as files change, say what each change would do, and prove versions good.

In: settings and the files. Out: ConfigVersions in the store, Changes with their findings in memory. A version is proved
good when every probe passed under it for `recover.version_age_s` with nothing suspicious; a pinned one never is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from doorward import check
from doorward.errors import DoorwardError
from doorward.model.config_version import Change, ConfigVersion, Standing
from doorward.model.configuration import Configuration
from doorward.model.finding import Finding
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.store import versions as kept
from doorward.wiring import guarded


@dataclass(frozen=True, slots=True)
class ReviewedChange:
    """A change with what `doorward check` says of it; `unread` says why it could not be read."""

    change: Change
    findings: tuple[Finding, ...]
    unread: str = ""


class Versions:
    """The versions of every component that names configuration files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._components = tuple(component for component in settings.component if component.config)
        self._current: dict[str, ConfigVersion] = {}
        self._read: dict[tuple[str, str], Configuration] = {}
        self.changes: list[ReviewedChange] = []
        for component in self._components:
            known = kept.all_of(component.name)
            if known:
                self._current[component.name] = known[-1]

    def current(self, component: str) -> ConfigVersion | None:
        """The version in the files as last taken."""
        return self._current.get(component)

    def take(self, now: datetime) -> tuple[ReviewedChange, ...]:
        """Look at every component's files; returns the changes since the last look. Raises StoreUnavailable."""
        found = [change for component in self._components if (change := self._take(component, now)) is not None]
        self.changes = [*self.changes, *found][-50:]
        return tuple(found)

    def _take(self, component: ComponentTable, now: datetime) -> ReviewedChange | None:
        files = guarded.files(self._settings, component)
        digest, before = kept.digest(files), self._current.get(component.name)
        if before is not None and before.digest == digest:
            return None
        kept.keep_files(self._settings.state, component.name, digest, files)
        at = guarded.changed_at(self._settings, component)
        version = ConfigVersion(component.name, digest, at, now, guarded.author(self._settings, component))
        kept.add(version)
        self._current[component.name] = next(v for v in reversed(kept.all_of(component.name)) if v.digest == digest)
        return self._review(component, before, version)

    def _review(
        self, component: ComponentTable, before: ConfigVersion | None, version: ConfigVersion
    ) -> ReviewedChange | None:
        """What the change does to people; the first version ever seen is no change."""
        change = Change(
            version.component, before.digest if before else None, version.digest, version.changed_at, version.author
        )
        try:
            new = self._configuration(component, version.digest)
            old = self._configuration(component, before.digest) if before else None
        except DoorwardError as error:
            return ReviewedChange(change, (), unread=error.problem.what) if before else None
        if before is None or old is None:
            return None
        differences = check.differences(old, new)
        reviewed = Change(change.component, change.before, change.after, change.at, change.author, differences)
        return ReviewedChange(reviewed, check.findings(new, old))

    def _configuration(self, component: ComponentTable, digest: str) -> Configuration:
        """The configuration as read when it was current, or from its kept file where the kind reads files."""
        key = (component.name, digest)
        if key not in self._read:
            current = self._current.get(component.name)
            at = None if current and current.digest == digest else self._folder(component, digest)
            self._read[key] = check.read(guarded.target(self._settings, component, at))
        return self._read[key]

    def _folder(self, component: ComponentTable, digest: str) -> Path:
        return self._settings.state / "versions" / component.name / digest

    def prove(self, now: datetime, loaded: Callable[[str], str | None]) -> tuple[str, ...]:
        """Every probe passes and nothing is suspicious: prove the versions in force that have stood long enough.

        `loaded` tells the digest that a component's own log says it runs with; another one is not proved.
        """
        proved = []
        for name, version in list(self._current.items()):
            old_enough = now - version.seen_at >= timedelta(seconds=self._settings.recover.version_age_s)
            in_force = loaded(name) in (None, version.digest)
            if version.standing is Standing.UNPROVED and old_enough and in_force:
                kept.set_standing(name, version.digest, Standing.PROVED_GOOD, "probes passed under it")
                self._current[name] = self._with_standing(version, Standing.PROVED_GOOD)
                proved.append(name)
        return tuple(proved)

    def pin(self, component: str, digest: str, reason: str) -> None:
        """Mark a version as bad, so that nothing puts it back."""
        kept.set_standing(component, digest, Standing.PINNED, reason)
        current = self._current.get(component)
        if current and current.digest == digest:
            self._current[component] = self._with_standing(current, Standing.PINNED)

    @staticmethod
    def _with_standing(version: ConfigVersion, standing: Standing) -> ConfigVersion:
        return ConfigVersion(
            version.component, version.digest, version.changed_at, version.seen_at, version.author, standing
        )
