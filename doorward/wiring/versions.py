"""Take configuration versions as files change, say what each change would do, and prove versions good.

In: settings and the files. Out: ConfigVersions in the store, Changes with their findings in memory (after a restart the
changes of the last day are read again from the kept versions). A version is proved good when every probe passed under
it for `recover.version_age_s` with nothing suspicious; a pinned one never is.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from doorward import check
from doorward.check import service
from doorward.errors import CapabilityMissing, DoorwardError, InputInvalid
from doorward.model.config_version import Change, ConfigVersion, Standing
from doorward.model.configuration import Configuration
from doorward.model.fact import Issuer
from doorward.model.finding import Finding
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.store import versions as kept
from doorward.wiring import guarded

# How far back a start reads changes again: a cause is looked for no further back.
CHANGES_SPAN = timedelta(hours=24)
MOST_CHANGES = 50
# Such as secret_key_file, client[0].secret_file, ssl_certificate, https-certificate-key-file.
_NAMES_KEYS = re.compile(r"([_-]files?|certificate|[_-]cert|[_-]key|[_-]ca)(\[\d+\])?$")
# Each is read by a process of its own, for half a second: a start must not take minutes.
MOST_RECALLED = 5


@dataclass(frozen=True, slots=True)
class ReviewedChange:
    """A change with what `doorward check` says of it; `unread` says why it could not be read, and `is_broken` that the
    new version itself does not."""

    change: Change
    findings: tuple[Finding, ...]
    unread: str = ""
    is_broken: bool = False


def _strings(value: str) -> tuple[str, ...]:
    """The text, or those of a list as it is shown."""
    if not value.startswith("["):
        return (value,)
    try:
        found = json.loads(value)
    except ValueError:
        return ()
    return tuple(one for one in found if isinstance(one, str))


def _said(error: DoorwardError) -> str:
    problems = error.problems if isinstance(error, InputInvalid) else (error.problem,)
    return "; ".join(f"{problem.where}: {problem.what}" if problem.where else problem.what for problem in problems)


class Versions:
    """The versions of every component that names configuration files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._components = tuple(component for component in settings.component if component.config)
        self._current: dict[str, ConfigVersion] = {}
        self._read: dict[tuple[str, str], Configuration] = {}
        self._not_stored: list[ConfigVersion] = []
        self._lock = threading.RLock()
        self.changes: list[ReviewedChange] = []
        for component in self._components:
            known = kept.all_of(component.name)
            if known:
                self._current[component.name] = known[-1]

    def recall(self, now: datetime) -> None:
        """Review the changes of the last day again, so that a restart forgets no suspect. Raises StoreUnavailable."""
        found: list[ReviewedChange] = []
        for component in self._components:
            known = kept.all_of(component.name)
            steps = [(old, new) for old, new in pairwise(known) if now - new.seen_at <= CHANGES_SPAN]
            reviews = (self._review(component, old, new) for old, new in steps[-MOST_RECALLED:])
            found.extend(review for review in reviews if review is not None)
        with self._lock:
            self.changes = sorted(found, key=lambda reviewed: reviewed.change.at)[-MOST_CHANGES:]

    def current(self, component: str) -> ConfigVersion | None:
        """The version in the files as last taken."""
        return self._current.get(component)

    def issuer(self, component: str) -> str:
        """The issuer that the configuration in force names, '' if it names none or does not read."""
        configuration = self._in_force(component)
        found = configuration.facts_of(Issuer) if configuration else ()
        return next((fact.url for fact in found if fact.url), "")

    def key_files(self, component: str) -> tuple[Path, ...]:
        """The files with keys, certificates and secrets that the configuration in force names and that are there."""
        configuration = self._in_force(component)
        table = next((table for table in self._components if table.name == component), None)
        if configuration is None or table is None:
            return ()
        beside = self._settings.place(table.config[0]).parent
        values = (s.shown for s in configuration.settings if s.shown and _NAMES_KEYS.search(s.pointer))
        named = (beside / name for value in values for name in _strings(value))
        return tuple(dict.fromkeys(path.resolve() for path in named if path.is_file()))

    def _in_force(self, component: str) -> Configuration | None:
        with self._lock:
            version = self._current.get(component)
            table = next((table for table in self._components if table.name == component), None)
            if version is None or table is None:
                return None
            try:
                return self._configuration(table, version.digest)
            except DoorwardError:
                return None

    def take(self, now: datetime) -> tuple[ReviewedChange, ...]:
        """Look at every component's files; returns the changes since the last look.

        Raises InputInvalid for a file that cannot be read and StoreUnavailable, after all components were looked at.
        """
        with self._lock:
            return self._look(now)

    def _look(self, now: datetime) -> tuple[ReviewedChange, ...]:
        steps: list[tuple[ComponentTable, ConfigVersion | None, ConfigVersion]] = []
        trouble: DoorwardError | None = None
        for component in self._components:
            before = self._current.get(component.name)
            try:
                version = self._take(component, now)
            except DoorwardError as error:
                trouble = error
                continue
            steps.extend([(component, before, version)] if version is not None else [])
        # What changed in one moment is judged together: a client may have got its new name on both sides.
        reviews = (self._review(*step) for step in steps)
        found = [review for review in reviews if review is not None]
        self.changes = [*self.changes, *found][-MOST_CHANGES:]
        self._store()
        if trouble is not None:
            raise trouble
        return tuple(found)

    def _take(self, component: ComponentTable, now: datetime) -> ConfigVersion | None:
        """The version in the files if it is another than before, now the current one."""
        files = guarded.files(self._settings, component)
        digest, before = kept.digest(files), self._current.get(component.name)
        if before is not None and before.digest == digest:
            return None
        kept.keep_files(self._settings.state, component.name, digest, files)
        at = guarded.changed_at(self._settings, component)
        version = ConfigVersion(component.name, digest, at, now, guarded.author(self._settings, component))
        # A change is suspected also while the database does not answer: it is asked nothing here.
        self._not_stored.append(version)
        self._current[component.name] = version
        return version

    def _store(self) -> None:
        """Write down the versions that were taken; what is not stored is tried again. One that came back has the
        standing that it had. Raises StoreUnavailable."""
        while self._not_stored:
            version = self._not_stored[0]
            known = next((v for v in reversed(kept.all_of(version.component)) if v.digest == version.digest), None)
            kept.add(version)
            self._not_stored.pop(0)
            if known is not None and self._current[version.component] is version:
                self._current[version.component] = self._with_standing(version, known.standing)

    def _review(
        self, component: ComponentTable, before: ConfigVersion | None, version: ConfigVersion
    ) -> ReviewedChange | None:
        """What the change does to people; the first version ever seen is no change."""
        change = Change(
            version.component, before.digest if before else None, version.digest, version.changed_at, version.author
        )
        try:
            new = self._configuration(component, version.digest)
        except DoorwardError as error:
            is_broken = isinstance(error, InputInvalid)
            return ReviewedChange(change, (), _said(error), is_broken) if before else None
        if before is None:
            return None
        try:
            old = self._configuration(component, before.digest)
        except DoorwardError as error:
            return ReviewedChange(change, (), _said(error))
        differences = check.differences(old, new)
        reviewed = Change(change.component, change.before, change.after, change.at, change.author, differences)
        return ReviewedChange(reviewed, (*check.findings(new, old), *self._between(component, old, new)))

    def _between(self, component: ComponentTable, old: Configuration, new: Configuration) -> tuple[Finding, ...]:
        """What the whole service lacks with the new one and did not with the old, beside all others in force."""
        tables = (table for table in self._components if table is not component)
        others = [(guarded.component(table), self._in_force(table.name)) for table in tables]
        beside = [(other, configuration) for other, configuration in others if configuration is not None]
        here = guarded.component(component)
        before = {finding.fingerprint for finding in service.findings([*beside, (here, old)])}
        after = service.findings([*beside, (here, new)])
        return tuple(finding for finding in after if finding.fingerprint not in before)

    def _configuration(self, component: ComponentTable, digest: str) -> Configuration:
        """The configuration as read when it was current, or from its kept file where the kind reads files."""
        key = (component.name, digest)
        if key not in self._read:
            current = self._current.get(component.name)
            at = None if current and current.digest == digest else self._kept_file(component, digest)
            self._read[key] = check.read(guarded.target(self._settings, component, at))
        return self._read[key]

    def _kept_file(self, component: ComponentTable, digest: str) -> Path:
        """The kept bytes of the version's first file. Raises CapabilityMissing for a kind that reads no file alone."""
        if component.kind == "django":
            what = f"an earlier version of {component.name} can be read only while it is in force"
            raise CapabilityMissing(what, fix="`doorward check --against` compares two settings modules")
        return kept.place(self._settings.state, component.name, digest, str(component.config[0]))

    def prove(
        self, now: datetime, loaded: Callable[[str], str | None], passing_since: datetime | None = None
    ) -> tuple[str, ...]:
        """Every probe passes and nothing is suspicious: prove the versions in force that have stood long enough.

        `loaded` tells the digest that a component's own log says it runs with; another one is not proved.
        `passing_since` is the oldest of the probes' last results: it says nothing of a version that came after it.
        """
        proved = []
        with self._lock:
            self._store()
            for name, version in list(self._current.items()):
                old_enough = now - version.seen_at >= timedelta(seconds=self._settings.recover.version_age_s)
                in_force = loaded(name) in (None, version.digest)
                probed = passing_since is None or version.seen_at <= passing_since
                if version.standing is Standing.UNPROVED and old_enough and in_force and probed:
                    kept.set_standing(name, version.digest, Standing.PROVED_GOOD, "probes passed under it")
                    self._current[name] = self._with_standing(version, Standing.PROVED_GOOD)
                    proved.append(name)
        return tuple(proved)

    def pinned(self) -> tuple[str, ...]:
        """Components whose files are a version that was pinned as bad."""
        return tuple(name for name, version in self._current.items() if version.standing is Standing.PINNED)

    def pin(self, component: str, digest: str, reason: str) -> None:
        """Mark a version as bad, so that nothing puts it back."""
        with self._lock:
            self._store()
            kept.set_standing(component, digest, Standing.PINNED, reason)
            current = self._current.get(component)
            if current and current.digest == digest:
                self._current[component] = self._with_standing(current, Standing.PINNED)

    @staticmethod
    def _with_standing(version: ConfigVersion, standing: Standing) -> ConfigVersion:
        return ConfigVersion(
            version.component, version.digest, version.changed_at, version.seen_at, version.author, standing
        )
